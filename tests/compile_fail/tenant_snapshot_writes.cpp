// expect: tenantry: read takes a query that reads; a snapshot changes nothing
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

Result<std::vector<Record<Note, Notes>>> look(Snapshot<Notes>& snapshot)
{
#ifdef TENANTRY_BROKEN
    return snapshot.read(remove<Note>().all_rows().returning());
#else
    return snapshot.read(select<Note>());
#endif
}
