#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/fleet/migration_status.hpp>
#include <tenantry/fleet/open.hpp>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;

namespace {

// The same tables as Notes, a deployment later.
struct NewNote {
    Id<NewNote> id{};
    std::string text{};
    std::int64_t number{};
    std::optional<std::string> colour{};
};
struct NewReply {
    Id<NewReply> id{};
    Id<NewNote> note{};
    std::optional<Id<NewNote>> other{};
};
struct NewNotes : Schema<Table<"note", NewNote, Unique<&NewNote::text>>, Table<"reply", NewReply>> {};

const std::vector<std::string> names{"a", "b", "c", "d", "e", "f"};

std::filesystem::path database_of(Fleet<Notes>& fleet, const std::string& id)
{
    return must(fleet.directory(id)) / "main.db";
}

// Tenants of the old program, closed. `broken` has rows that the new one does not allow.
void make_tenants(const std::filesystem::path& root, const std::set<std::string>& broken = {})
{
    auto fleet = must(open_notes(root));
    for (const std::string& name : names) {
        must(wait_for(fleet.async_create(name)));
        auto db = must(wait_for(fleet.async_tenant(name)));
        must(wait_for(add_note(db, "first")));
        must(wait_for(add_note(db, broken.contains(name) ? "first" : "second")));
    }
}

std::vector<std::string> with_outcome(const MigrationReport& report, MigrationOutcome outcome)
{
    std::vector<std::string> found;
    for (const TenantMigration& tenant : report.tenants)
        if (tenant.outcome == outcome) found.push_back(tenant.id.string());
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace

TEST_CASE("every tenant is migrated, and a second run finds nothing to do")
{
    TempDir dir;
    make_tenants(dir.path() / "fleet");
    auto fleet = must(Fleet<NewNotes>::open(dir.path() / "fleet"));
    std::vector<std::size_t> numbers;
    MigrateOptions options;
    options.progress = [&](const TenantMigration& tenant, std::size_t done, std::size_t of) {
        CHECK(tenant.outcome == MigrationOutcome::migrated);
        CHECK(of == names.size());
        numbers.push_back(done);
    };
    const auto before = must(migration_status(fleet));
    REQUIRE(before.size() == names.size());
    for (const TenantStatus& status : before) {
        CHECK(status.state.standing == migrate::Standing::behind);
        CHECK(status.state.to_do == std::vector<std::string>{"rebuild table note"});
    }
    const auto report = must(wait_for(async_migrate_all(fleet, options)));
    CHECK(report.complete());
    CHECK(report.count(MigrationOutcome::migrated) == names.size());
    CHECK(numbers == std::vector<std::size_t>{1, 2, 3, 4, 5, 6});
    for (const TenantMigration& tenant : report.tenants) {
        CHECK(tenant.done == std::vector<std::string>{"rebuild table note"});
        CHECK(tenant.from != tenant.to);
        CHECK(tenant.duration.count() > 0);
    }
    const auto again = must(wait_for(async_migrate_all(fleet)));
    CHECK(again.count(MigrationOutcome::current) == names.size());
    auto db = must(wait_for(fleet.async_tenant("a")));
    CHECK(must(db.read(one(select(count()).from(table<NewNote>)))) == 2);
    for (const TenantStatus& status : must(migration_status(fleet))) {
        CHECK(status.state.standing == migrate::Standing::current);
        CHECK(status.is_open == (status.id.view() == "a"));
    }
}

TEST_CASE("a tenant that cannot be migrated keeps its rows, names its error, and stops nobody else")
{
    TempDir dir;
    make_tenants(dir.path() / "fleet", {"c"});
    auto fleet = must(Fleet<NewNotes>::open(dir.path() / "fleet"));
    const auto report = must(wait_for(async_migrate_all(fleet)));
    CHECK_FALSE(report.complete());
    CHECK_FALSE(report.stopped);
    CHECK(with_outcome(report, MigrationOutcome::failed) == std::vector<std::string>{"c"});
    CHECK(report.count(MigrationOutcome::migrated) == names.size() - 1);
    const auto& failed =
        *std::ranges::find(report.tenants, MigrationOutcome::failed, &TenantMigration::outcome);
    REQUIRE(failed.error);
    CHECK(*failed.error == errc::destructive_migration);
    CHECK(failed.error->tenant() == "c");
    CHECK_THAT(std::string(failed.error->message()),
               ContainsSubstring("2 rows") && ContainsSubstring("(key 1; 2)"));

    // It is refused at open with that error, until it is mended.
    auto refused = wait_for(fleet.async_tenant("c"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::destructive_migration);
    CHECK(must(wait_for(fleet.async_tenant("d"))).id() == "d");
    {
        auto old = must(open_notes(dir.path() / "fleet"));
        auto db = must(wait_for(old.async_tenant("c")));
        CHECK(must(count_notes(db)) == 2);
        must(wait_for(db.async_write(
            update<Note>().set(col<&Note::text> = "other").where(col<&Note::id> == key_for<Note>(db, 1)))));
    }
    const auto again = must(wait_for(async_migrate_all(fleet)));
    CHECK(with_outcome(again, MigrationOutcome::migrated) == std::vector<std::string>{"c"});
    CHECK(again.complete());
}

TEST_CASE("canaries go first, and when one fails nobody else is touched")
{
    TempDir dir;
    make_tenants(dir.path() / "fleet", {"e"});
    auto fleet = must(Fleet<NewNotes>::open(dir.path() / "fleet"));
    MigrateOptions options;
    SECTION("named")
    {
        options.canaries = {"e", "b"};
        options.concurrency = 1; // else the second may have begun before the first has failed
        const auto report = must(wait_for(async_migrate_all(fleet, options)));
        CHECK(report.stopped);
        CHECK(report.tenants[0].id.view() == "e");
        CHECK(report.tenants[1].id.view() == "b");
        CHECK(report.tenants[1].canary);
        CHECK(with_outcome(report, MigrationOutcome::failed) == std::vector<std::string>{"e"});
        CHECK(with_outcome(report, MigrationOutcome::not_run) ==
              std::vector<std::string>{"a", "b", "c", "d", "f"});
    }
    SECTION("the first")
    {
        options.first_canaries = 2;
        const auto report = must(wait_for(async_migrate_all(fleet, options)));
        CHECK_FALSE(report.stopped);
        CHECK(with_outcome(report, MigrationOutcome::failed) == std::vector<std::string>{"e"});
        CHECK(report.count(MigrationOutcome::migrated) == 5);
        CHECK(report.tenants[1].canary);
        CHECK_FALSE(report.tenants[2].canary);
    }
    SECTION("one that is not there")
    {
        options.canaries = {"nobody"};
        auto refused = wait_for(async_migrate_all(fleet, options));
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::no_such_tenant);
    }
}

TEST_CASE("after so many failures no further tenant is begun")
{
    TempDir dir;
    make_tenants(dir.path() / "fleet", {"a", "b", "c", "d", "e"});
    auto fleet = must(Fleet<NewNotes>::open(dir.path() / "fleet"));
    MigrateOptions options;
    options.concurrency = 1;
    options.stop_after_failures = 2;
    const auto report = must(wait_for(async_migrate_all(fleet, options)));
    CHECK(report.stopped);
    CHECK(with_outcome(report, MigrationOutcome::failed) == std::vector<std::string>{"a", "b"});
    CHECK(report.count(MigrationOutcome::not_run) == 4);
}

TEST_CASE("a dry run tells what would be done, and does nothing")
{
    TempDir dir;
    make_tenants(dir.path() / "fleet", {"c"});
    auto fleet = must(Fleet<NewNotes>::open(dir.path() / "fleet"));
    MigrateOptions options;
    options.dry_run = GENERATE(DryRun::plan, DryRun::deep);
    for (int run = 0; run < 2; ++run) {
        const auto report = must(wait_for(async_migrate_all(fleet, options)));
        CHECK(report.count(MigrationOutcome::planned) == names.size() - 1);
        CHECK(with_outcome(report, MigrationOutcome::failed) == std::vector<std::string>{"c"});
        for (const TenantMigration& tenant : report.tenants) {
            if (tenant.outcome == MigrationOutcome::planned)
                CHECK(tenant.done == std::vector<std::string>{"rebuild table note"});
            else
                CHECK(*tenant.error == errc::destructive_migration);
        }
    }
    for (const TenantStatus& status : must(migration_status(fleet)))
        CHECK(status.state.standing == migrate::Standing::behind);
}

TEST_CASE("where another keeps the logs, no tool and no opening writes them back")
{
    TempDir dir;
    FleetOptions options;
    options.tenant.checkpoints.automatic = false;
    {
        auto fleet = must(Fleet<Notes>::open(dir.path() / "fleet", options));
        for (const std::string name : {"a", "b", "broken"}) {
            must(fleet.create(name));
            auto db = must(fleet.tenant(name));
            // More than a thousand pages, after which SQLite would write them back by itself.
            auto fill = [&name](auto& tx) -> Result<void> {
                for (int n = 0; n < 1200; ++n) {
                    auto row = note(std::string(4000, 'x') + std::to_string(name == "broken" ? 0 : n));
                    if (auto done = tx.run(insert(row)); !done) return fail(std::move(done).error());
                }
                return {};
            };
            must(db.write(fill));
        }
    }
    auto fleet = must(Fleet<NewNotes>::open(dir.path() / "fleet", options));
    const auto size = [&](const std::string& id, const char* suffix) {
        return std::filesystem::file_size((must(fleet.directory(id)) / "main.db").string() + suffix);
    };
    const auto before = size("a", "");
    const auto log = size("a", "-wal");
    REQUIRE(log > std::uintmax_t{4} << 20);
    const auto untouched = [&](const std::string& id) {
        return size(id, "") == before && size(id, "-wal") >= log;
    };
    REQUIRE(must(migration_status(fleet)).size() == 3);
    CHECK((untouched("a") && untouched("b") && untouched("broken")));
    MigrateOptions dry;
    dry.dry_run = GENERATE(DryRun::plan, DryRun::deep);
    CHECK(must(wait_for(async_migrate_all(fleet, dry))).tenants.size() == 3);
    CHECK((untouched("a") && untouched("b") && untouched("broken")));
    must(fleet.tenant("b")); // which migrates it
    CHECK(untouched("b"));
    CHECK(fleet.tenant("broken").error() == errc::destructive_migration);
    CHECK(untouched("broken"));
    CHECK(must(wait_for(async_migrate_all(fleet))).count(MigrationOutcome::migrated) == 1);
    CHECK((untouched("a") && untouched("b") && untouched("broken")));
    must(wait_for(fleet.async_close(Shutdown::drain)));
    CHECK((untouched("a") && untouched("b") && untouched("broken")));
}

TEST_CASE("an older program goes on beside a newer one, and the newer one after it")
{
    TempDir dir;
    make_tenants(dir.path() / "fleet");
    auto newer = must(Fleet<NewNotes>::open(dir.path() / "fleet"));
    must(wait_for(async_migrate_all(newer)));
    auto older = must(open_notes(dir.path() / "fleet"));
    const auto report = must(wait_for(async_migrate_all(older)));
    CHECK(report.count(MigrationOutcome::newer) == names.size());
    CHECK(report.tenants[0].tolerated.front() == "column note.colour");
    auto db = must(wait_for(older.async_tenant("a")));
    must(wait_for(add_note(db, "from the older one")));
    // It says so where the tenant is used, and where its state is asked for.
    CHECK(db.opening().is_newer);
    CHECK(db.opening().tolerated.front() == "column note.colour");
    const auto status = must(migration_status(older));
    CHECK(status[0].is_open);
    CHECK(status[0].state.standing == migrate::Standing::newer);
    CHECK(status[0].state.tolerated == db.opening().tolerated);
    CHECK(TenantDb<Notes>().opening().tolerated.empty());
    auto same = must(wait_for(newer.async_tenant("a")));
    CHECK(must(same.read(one(select(count()).from(table<NewNote>)))) == 3);
    CHECK(same.opening().was_current);
    CHECK(must(wait_for(async_migrate_all(newer))).count(MigrationOutcome::current) == names.size());
}

TEST_CASE("files that are no tenant's are named, and left as they are")
{
    TempDir dir;
    make_tenants(dir.path() / "fleet");
    std::filesystem::path nonsense;
    std::filesystem::path foreign;
    {
        auto fleet = must(open_notes(dir.path() / "fleet"));
        nonsense = database_of(fleet, "b");
        foreign = database_of(fleet, "d");
    }
    const std::string text(8192, 'x');
    std::ofstream(nonsense, std::ios::trunc) << text;
    {
        auto connection = must(sqlite::Connection::open(foreign, sqlite::OpenMode::read_write));
        must(connection.execute("PRAGMA application_id = 77"));
    }
    auto fleet = must(Fleet<NewNotes>::open(dir.path() / "fleet"));
    const auto report = must(wait_for(async_migrate_all(fleet)));
    REQUIRE(with_outcome(report, MigrationOutcome::failed) == std::vector<std::string>{"b", "d"});
    CHECK(*report.tenants[1].error == errc::not_a_database);
    CHECK(*report.tenants[3].error == errc::foreign_database);
    std::ifstream file(nonsense);
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == text);
    auto connection = must(sqlite::Connection::open(foreign, sqlite::OpenMode::read_only));
    CHECK(must(connection.query_integer("SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%colour%'")) ==
          0);
    const auto status = must(migration_status(fleet));
    CHECK(*status[1].state.error == errc::not_a_database);
    CHECK(*status[3].state.error == errc::foreign_database);
}
