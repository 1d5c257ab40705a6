// expect: tenantry: key<> names a member that is neither an Id nor an optional Id
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

void look(const Record<Note, Notes>& record)
{
#ifdef TENANTRY_BROKEN
    static_cast<void>(record.key<&Note::text>());
#else
    static_cast<void>(record.key<&Note::id>());
#endif
}
