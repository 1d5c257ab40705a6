#include <tenantry/schema/on_delete.hpp>

#include <optional>
#include <string>

#include <tenantry/schema/default.hpp>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::ask;
using test::is_refused;
using test::must;

namespace {

struct Project {
    Id<Project> id{};
    std::string name{};
};
struct Task {
    Id<Task> id{};
    Id<Project> project{};
    std::optional<Id<Task>> parent{};
    std::optional<Id<Project>> origin{};
    Id<Project> owner{};
    std::optional<Id<Project>> plain{};
    Id<Project> fallback{};
};
struct S : Schema<Table<"project", Project>,
                  Table<"task", Task, OnDelete<&Task::project, Action::cascade>,
                        OnDelete<&Task::parent, Action::set_null>, OnDelete<&Task::origin, Action::no_action>,
                        OnDelete<&Task::owner, Action::restrict>,
                        OnDelete<&Task::fallback, Action::set_default>, Default<&Task::fallback, 1>>> {};

} // namespace

TEST_CASE("an action stands behind its reference")
{
    CHECK(test::sql_of<S>("task") == R"(CREATE TABLE "task" (
    "id" INTEGER PRIMARY KEY,
    "project" INTEGER NOT NULL REFERENCES "project" ("id") ON DELETE CASCADE,
    "parent" INTEGER REFERENCES "task" ("id") ON DELETE SET NULL,
    "origin" INTEGER REFERENCES "project" ("id") ON DELETE NO ACTION,
    "owner" INTEGER NOT NULL REFERENCES "project" ("id") ON DELETE RESTRICT,
    "plain" INTEGER REFERENCES "project" ("id"),
    "fallback" INTEGER NOT NULL DEFAULT 1 REFERENCES "project" ("id") ON DELETE SET DEFAULT
) STRICT)");
}

TEST_CASE("SQLite does what was declared")
{
    auto db = test::create<S>();
    must(db.execute(
        "INSERT INTO project VALUES (1, 'kept'), (2, 'cascades'), (3, 'falls back'), (4, 'holds'), (5, 'plain');"
        "INSERT INTO task VALUES (10, 2, NULL, NULL, 1, NULL, 1), (11, 1, 10, NULL, 1, NULL, 3),"
        "(12, 1, NULL, NULL, 4, NULL, 1), (13, 1, NULL, NULL, 1, 5, 1)"));
    must(db.execute("DELETE FROM project WHERE id = 2"));
    CHECK(ask(db, "SELECT count(*) FROM task WHERE id = 10") == "0");
    CHECK(ask(db, "SELECT parent IS NULL FROM task WHERE id = 11") == "1");
    must(db.execute("DELETE FROM project WHERE id = 3"));
    CHECK(ask(db, "SELECT fallback FROM task WHERE id = 11") == "1");
    CHECK(is_refused(db, "DELETE FROM project WHERE id = 4"));
    CHECK(is_refused(db, "DELETE FROM project WHERE id = 5"));
}
