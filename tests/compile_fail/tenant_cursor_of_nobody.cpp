// expect: tenantry: a row without a record or a key in it does not say whose it is: cursor_after\(db, query, row\)
#include <tenantry/tenant/cursor.hpp>

#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

Result<Cursor> place([[maybe_unused]] const TenantDb<Notes>& db, std::int64_t number)
{
    const auto numbers = unique_by<&Note::number>(select(col<&Note::number>).order_by(col<&Note::number>));
#ifdef TENANTRY_BROKEN
    return cursor_after(numbers, number);
#else
    return cursor_after(db, numbers, number);
#endif
}
