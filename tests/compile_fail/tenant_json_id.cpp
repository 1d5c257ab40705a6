// expect: tenantry: an id belongs to a tenant: from_json<Row>\(db, value\)
#include <tenantry/json.hpp>

#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

Result<Reply> read([[maybe_unused]] const TenantDb<Notes>& db, std::string_view text)
{
#ifdef TENANTRY_BROKEN
    return from_json<Reply>(text);
#else
    return from_json<Reply>(db, text);
#endif
}
