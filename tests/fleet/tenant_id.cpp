// Bad names through every door of a fleet: each is refused, and no file is touched.
#include <tenantry/fleet/fleet.hpp>

#include "support/bad_ids.hpp"
#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/listing.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;

TEST_CASE("a fleet refuses bad tenant ids and touches no file for them")
{
    const TempDir directory;
    std::filesystem::create_directory(directory.path() / "escape");
    auto fleet = must(open_notes(directory.path() / "root"));
    must(wait_for(fleet.async_create("good")));
    const auto before = listing(directory.path());

    bool ran = false;
    auto body = [&]<class T>(TenantDb<T>) -> boost::asio::awaitable<Result<void>> {
        ran = true;
        co_return Result<void>();
    };
    for (const auto& id : bad_ids()) {
        INFO(id.substr(0, 100));
        const auto created = wait_for(fleet.async_create(id));
        REQUIRE_FALSE(created);
        CHECK(created.error() == errc::invalid_tenant_id);
        const auto used = wait_for(fleet.async_with(id, body));
        REQUIRE_FALSE(used);
        CHECK(used.error() == errc::invalid_tenant_id);
        const auto tenant = wait_for(fleet.async_tenant(id));
        REQUIRE_FALSE(tenant);
        CHECK(tenant.error() == errc::invalid_tenant_id);
        const auto destroyed = wait_for(fleet.async_destroy(id));
        REQUIRE_FALSE(destroyed);
        CHECK(destroyed.error() == errc::invalid_tenant_id);
        const auto where = fleet.directory(id);
        REQUIRE_FALSE(where);
        CHECK(where.error() == errc::invalid_tenant_id);
    }
    CHECK_FALSE(ran);
    CHECK(listing(directory.path()) == before);
}

TEST_CASE("names that differ by one character are different tenants")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "root"));
    for (const char* id : {"a-b", "a_b", "ab", "a-b-", "0", "00"}) must(wait_for(fleet.async_create(id)));
    CHECK(must(fleet.tenants()).size() == 6);
    const auto row = note("of a-b alone");
    must(wait_for(must(wait_for(fleet.async_tenant("a-b"))).async_write(insert(row))));
    for (const char* id : {"a_b", "ab", "a-b-", "0", "00"})
        CHECK(must(count_notes(must(wait_for(fleet.async_tenant(id))))) == 0);
}
