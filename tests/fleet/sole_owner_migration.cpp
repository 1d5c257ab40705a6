// Migrations of a fleet that alone owns its files: tenants that are open have been through it.
#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/fleet/migration_status.hpp>
#include <tenantry/fleet/open.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;

namespace {

// The same table as Notes has, a deployment later.
struct NewNote {
    Id<NewNote> id{};
    std::string text{};
    std::int64_t number{};
    std::optional<std::string> colour{};
};
struct NewNotes : Schema<Table<"note", NewNote>> {};

} // namespace

TEST_CASE("tenants that are open are as their opening has left them, the others are opened for a moment")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    {
        auto old = must(open_notes(root, {.sole_owner = true, .threads = 2}));
        for (const char* id : {"a", "b", "c"}) must(old.create(id));
        must(must(old.tenant("b")).write(insert(note("before"))));
    }
    auto fleet = must(Fleet<NewNotes>::open(root, {.sole_owner = true, .threads = 2}));
    const auto b = must(fleet.tenant("b"));
    CHECK(b.opening().done.size() == 2); // a column is added, and a table that is left lets notes go
    const auto standing = [](const std::vector<TenantStatus>& all, migrate::Standing what) {
        return std::ranges::count(all, what, [](const TenantStatus& one) { return one.state.standing; });
    };
    auto status = must(migration_status(fleet));
    REQUIRE(status.size() == 3);
    CHECK(status[1].is_open);
    CHECK(standing(status, migrate::Standing::behind) == 2);

    const MigrateOptions deep{.dry_run = DryRun::deep};
    auto planned = must(wait_for(async_migrate_all(fleet, deep)));
    CHECK(planned.count(MigrationOutcome::planned) == 2);
    CHECK(planned.count(MigrationOutcome::current) == 1);

    const auto report = must(wait_for(async_migrate_all(fleet)));
    CHECK(report.complete());
    CHECK(report.count(MigrationOutcome::migrated) == 2);
    CHECK(report.count(MigrationOutcome::current) == 1);
    CHECK(report.tenants[1].to == report.tenants[0].to);
    CHECK(standing(must(migration_status(fleet)), migrate::Standing::current) == 3);

    // And all is in order with the one that was open.
    NewNote row{.text = "after", .colour = "red"};
    must(b.write(insert(row)));
    CHECK(must(b.read(one(select(count()).from(table<NewNote>)))) == 2);
}
