// expect: tenantry: read takes a query that reads; what changes something goes to write
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

Result<std::int64_t> forget(Tx<Notes>& tx)
{
#ifdef TENANTRY_BROKEN
    return tx.read(remove<Note>().all_rows());
#else
    return tx.write(remove<Note>().all_rows());
#endif
}
