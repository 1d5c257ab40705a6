#include <tenantry/tenant/open_database.hpp>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include <tenantry/schema/ddl.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::detail;
using test::must;

namespace {

struct Thing {
    Id<Thing> id{};
    std::string name{};
};
struct Things : Schema<Table<"thing", Thing>> {};

std::filesystem::path make_tenant(const std::filesystem::path& root, const std::string& name)
{
    std::filesystem::create_directories(root / "staging");
    must(create_directory(root / "staging", root / name, schema_info<Things>(), {}));
    return root / name;
}

} // namespace

TEST_CASE("what is no tenant of this fleet is named")
{
    const test::TempDir dir;
    CHECK(open_database(dir.path() / "nobody", {}).error() == errc::no_such_tenant);
    const auto place = make_tenant(dir.path(), "acme");
    CHECK(open_database(place, {}));
    TenantOptions others;
    others.application_id = 7;
    CHECK(open_database(place, others).error() == errc::foreign_database);
}

TEST_CASE("a tenant that is replaced is opened as it is now, or said to have gone")
{
    const test::TempDir dir;
    const auto place = make_tenant(dir.path(), "acme");
    const auto other = make_tenant(dir.path(), "other");
    const auto aside = dir.path() / "aside";
    {
        auto one = must(open_database(place, {}));
        must(one.execute("INSERT INTO thing VALUES (1, 'first')"));
        auto two = must(open_database(other, {}));
        must(two.execute("INSERT INTO thing VALUES (1, 'second')"));
    }
    std::atomic<bool> done{false};
    std::thread swapper([&] {
        while (!done) {
            std::filesystem::rename(place, aside);
            std::filesystem::rename(other, place);
            std::filesystem::rename(aside, other);
        }
    });
    int opened = 0;
    for (int i = 0; i < 2000 && (opened < 100 || i < 200); ++i) {
        auto found = open_database(place, {});
        if (found) {
            ++opened;
            continue;
        }
        const bool gone = found.error() == errc::tenant_gone || found.error() == errc::no_such_tenant;
        if (!gone) CHECK(std::string(found.error().message()).empty());
        CHECK(gone);
    }
    done = true;
    swapper.join();
    CHECK(opened > 0);
}
