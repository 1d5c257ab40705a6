// expect: tenantry: must\(\) takes a Result<R>, or what is awaited for one
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

Result<std::int64_t> first_number(const TenantDb<Notes>& db)
{
    auto number = db.read(one(select(col<&Note::number>)));
#ifdef TENANTRY_BROKEN
    return must(*number);
#else
    return must(number);
#endif
}
