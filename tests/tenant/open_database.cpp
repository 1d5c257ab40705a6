#include <tenantry/tenant/detail/open_database.hpp>

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
    std::atomic<bool> done{false};
    std::thread replacer([&] {
        while (!done) {
            const auto next = make_tenant(dir.path() / "next", "acme");
            const auto aside = dir.path() / "aside";
            std::filesystem::rename(place, aside);
            std::filesystem::rename(next, place);
            std::filesystem::remove_all(aside);
        }
    });
    int opened = 0;
    for (int i = 0; i < 2000 && (opened < 100 || i < 200); ++i) {
        auto found = open_database(place, {});
        if (found) {
            ++opened;
            continue;
        }
        INFO(found.error().message());
        CHECK((found.error() == errc::tenant_gone || found.error() == errc::no_such_tenant));
    }
    done = true;
    replacer.join();
    CHECK(opened > 0);
}
