// expect: tenantry: run takes a statement that changes something; a query goes to read
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

Result<void> change(Tx<Notes>& tx)
{
#ifdef TENANTRY_BROKEN
    return tx.run(select<Note>());
#else
    return tx.run(remove<Note>().all_rows());
#endif
}
