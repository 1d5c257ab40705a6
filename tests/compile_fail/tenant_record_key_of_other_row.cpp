// expect: tenantry: key<> names a member of another row type
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

void look(const Record<Reply, Notes>& reply)
{
#ifdef TENANTRY_BROKEN
    static_cast<void>(reply.key<&Note::id>());
#else
    static_cast<void>(reply.key<&Reply::note>());
#endif
}
