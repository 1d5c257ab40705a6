// expect: tenantry: key_of<> names a member of another row type
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

void look(const Record<Reply, Notes>& reply)
{
#ifdef TENANTRY_BROKEN
    static_cast<void>(key_of<&Note::id>(reply));
#else
    static_cast<void>(key_of<&Reply::note>(reply));
#endif
}
