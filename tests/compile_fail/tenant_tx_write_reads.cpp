// expect: tenantry: write takes a statement that changes something; a query goes to read
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

Result<std::int64_t> number(Tx<Notes>& tx)
{
#ifdef TENANTRY_BROKEN
    return tx.write(one(select(col<&Note::number>)));
#else
    return tx.read(one(select(col<&Note::number>)));
#endif
}
