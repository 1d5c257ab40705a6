// expect: tenantry: once\(\) keeps the answer of its body beside the key: a body for it gives nothing, a key, or what a column can hold
#include <support/fleet_fixture.hpp>

#include <tenantry/tenant/once.hpp>

using namespace tenantry;
using namespace tenantry::test;

#ifdef TENANTRY_BROKEN
using Answer = std::vector<Note>;
#else
using Answer = std::string;
#endif

Result<Answer> add(const TenantDb<Notes>& db)
{
    auto body = [](auto&) -> Result<Answer> { return Answer(); };
    return db.write(once("request", body));
}
