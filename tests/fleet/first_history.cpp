// A fleet whose tenants are at several states, since each was migrated when it was opened last, gets its first history.
#include <tenantry/migrate/history.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/fleet/migration_status.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/migrate/next_revision.hpp>
#include <tenantry/tenantry.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using test::must;
using test::TempDir;
using test::wait_for;

namespace {

// Three releases without a history, and the one that brings it: a text becomes a title, by a step of the second revision.
namespace first {
struct Task {
    Id<Task> id{};
    std::string text{};
};
struct Tasks : Schema<Table<"task", Task>> {};
} // namespace first

namespace second {
struct Task {
    Id<Task> id{};
    std::string text{};
    std::optional<std::int64_t> points{};
};
struct Tasks : Schema<Table<"task", Task>> {};
} // namespace second

namespace third {
struct Task {
    Id<Task> id{};
    std::string text{};
    std::optional<std::int64_t> points{};
};
struct Label {
    Id<Label> id{};
    Id<Task> task{};
    std::string name{};
};
struct Tasks : Schema<Table<"task", Task, Unique<&Task::text>>,
                      Table<"label", Label, Index<"label_task", &Label::task>>> {};
} // namespace third

struct Task {
    Id<Task> id{};
    std::string title{};
    std::optional<std::int64_t> points{};
};
struct Label {
    Id<Label> id{};
    Id<Task> task{};
    std::string name{};
};
struct Tasks : Schema<Table<"task", Task, Unique<&Task::title>>,
                      Table<"label", Label, Index<"label_task", &Label::task>>> {};

const History& history_of_tasks()
{
    static const History all = [] {
        const auto draft = must(next_revision<third::Tasks>(History({}), "initial"));
        return history(revision(1, "initial", draft.to_sql()),
                       revision(2, "title",
                                "ALTER TABLE task RENAME COLUMN text TO title;"
                                "UPDATE task SET title = title || '!'"));
    }();
    return all;
}

Result<Fleet<Tasks>> open_with_history(const std::filesystem::path& root)
{
    FleetOptions options;
    options.threads = 2;
    options.tenant.history = &history_of_tasks();
    return Fleet<Tasks>::open(root, options);
}

// What a release does: it makes tenants, and uses some of those that are there, one row each.
template <class S, class Row>
void release(const std::filesystem::path& root, const std::vector<std::string>& made,
             const std::vector<std::string>& used, std::map<std::string, std::vector<std::string>>& rows)
{
    FleetOptions options;
    options.threads = 2;
    auto fleet = must(Fleet<S>::open(root, options));
    for (const auto& name : made) must(fleet.create(name));
    for (const auto* names : {&made, &used})
        for (const auto& name : *names) {
            auto db = must(fleet.tenant(name));
            Row row{};
            row.text = "task " + std::to_string(rows[name].size());
            must(db.write(insert(row)));
            rows[name].push_back(row.text + '!');
        }
}

} // namespace

TEST_CASE(
    "tenants at every state come to a first history with their rows, lazily or all at once; what cannot is named")
{
    const TempDir dir;
    const auto root = dir.path() / "fleet";
    std::map<std::string, std::vector<std::string>> rows;
    release<first::Tasks, first::Task>(root, {"a", "b", "c", "e", "twice"}, {"twice"}, rows);
    release<second::Tasks, second::Task>(root, {"f"}, {"b", "c"}, rows);
    release<third::Tasks, third::Task>(root, {"g"}, {"c"}, rows);
    {
        // Older, and with rows that the first revision does not allow.
        auto fleet = must(Fleet<first::Tasks>::open(root));
        auto all = update<first::Task>().set(col<&first::Task::text> = "same").all_rows();
        must(must(fleet.tenant("twice")).write(all));
    }
    const std::vector<std::string> from_first{"rebuild table task", "create table label",
                                              "create index label_task", "revision 2 title"};
    const std::map<std::string, std::vector<std::string>> to_do{
        {"a", from_first}, {"b", from_first},           {"c", {"revision 2 title"}}, {"e", from_first},
        {"f", from_first}, {"g", {"revision 2 title"}}, {"twice", from_first}};

    auto fleet = must(open_with_history(root));
    const auto before = must(migration_status(fleet));
    REQUIRE(before.size() == to_do.size());
    for (const auto& status : before) {
        INFO(status.id.view());
        CHECK(status.state.standing == migrate::Standing::behind);
        CHECK(status.state.to_do == to_do.at(status.id.string()));
        CHECK(status.state.plan.empty() == (status.state.to_do.size() == 1));
    }
    for (const DryRun how : {DryRun::plan, DryRun::deep}) {
        const MigrateOptions options{.dry_run = how};
        const auto planned = must(wait_for(async_migrate_all(fleet, options)));
        CHECK(planned.count(MigrationOutcome::planned) == to_do.size() - 1);
        CHECK(planned.count(MigrationOutcome::failed) == 1);
    }

    // One is opened by whoever comes, the others by migrate_all.
    auto opened = must(fleet.tenant("a"));
    CHECK(opened.opening().done == from_first);
    CHECK(opened.opening().to == "revision 2");
    const auto report = must(wait_for(async_migrate_all(fleet)));
    for (const auto& tenant : report.tenants) {
        const auto id = tenant.id.string();
        INFO(id);
        if (id == "twice") {
            CHECK(tenant.outcome == MigrationOutcome::failed);
            continue;
        }
        CHECK(tenant.outcome == (id == "a" ? MigrationOutcome::current : MigrationOutcome::migrated));
        if (id != "a") CHECK(tenant.done == to_do.at(id));
    }
    const auto refused = fleet.tenant("twice");
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::destructive_migration);
    CHECK(refused.error().tenant() == "twice");
    CHECK_THAT(std::string(refused.error().message()),
               ContainsSubstring("revision 1 initial") && ContainsSubstring("2 rows"));
    {
        auto older = must(Fleet<first::Tasks>::open(root));
        auto db = must(older.tenant("twice"));
        auto mended = update<first::Task>()
                          .set(col<&first::Task::text> = "task 0")
                          .where(col<&first::Task::id> == key_for<first::Task>(db, 1));
        must(db.write(mended));
        rows["twice"] = {"task 0!", "same!"};
        CHECK(older.tenant("a").error() == errc::history_mismatch); // as it has a history by now
    }
    for (const auto& [id, expected] : rows) {
        INFO(id);
        auto db = must(fleet.tenant(id));
        CHECK(must(db.read(select(col<&Task::title>).order_by(col<&Task::id>))) == expected);
        auto label = Label{.task = key_of(must(db.read(one(select<Task>().limit(1))))), .name = "new"};
        must(db.write(insert(label)));
    }
    CHECK(must(wait_for(async_migrate_all(fleet))).count(MigrationOutcome::current) == to_do.size());
}
