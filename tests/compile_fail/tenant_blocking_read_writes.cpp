// expect: tenantry: read takes a query that reads; what changes something goes to write
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

Result<std::int64_t> forget(const TenantDb<Notes>& db)
{
#ifdef TENANTRY_BROKEN
    return db.read(remove<Note>().all_rows());
#else
    return db.write(remove<Note>().all_rows());
#endif
}
