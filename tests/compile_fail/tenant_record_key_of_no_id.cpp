// expect: tenantry: key_of<> names a member that is neither an Id nor an optional Id
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

void look(const Record<Note, Notes>& record)
{
#ifdef TENANTRY_BROKEN
    static_cast<void>(key_of<&Note::text>(record));
#else
    static_cast<void>(key_of<&Note::id>(record));
#endif
}
