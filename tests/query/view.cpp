#include <tenantry/query/view.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include <tenantry/expr/expr.hpp>
#include <tenantry/query/select.hpp>
#include <tenantry/schema/column_name.hpp>

#include "query/declared.hpp"

namespace view_tests {

using namespace tenantry;

enum class Status { pending, done };

struct Module {
    Id<Module> id{};
    std::string name{};
};
struct Job {
    Id<Job> id{};
    Id<Module> module{};
    std::optional<std::string> note{};
    Status status{};
    std::int64_t cost{};
};

struct Pending {
    std::int64_t cost{};
    Id<Job> id{};
    std::optional<std::string> note{};
};
struct Summary {
    std::string name{};
    std::int64_t jobs{};
    std::optional<std::int64_t> cost{};
};
struct Cheap {
    Id<Job> id{};
    Id<Module> module{};
    std::optional<std::string> note{};
    Status status{};
    std::int64_t cost{};
};

inline constexpr auto pending = select(col<&Job::id>, col<&Job::note>, col<&Job::cost>)
                                    .where(col<&Job::status> == Status::pending && col<&Job::cost> < 1000);
inline constexpr auto summary =
    select(col<&Module::name>, count().as("jobs"_n), sum(col<&Job::cost>).as("cost"_n))
        .join(table<Job>)
        .group_by(col<&Module::name>)
        .order_by(col<&Module::name>)
        .limit(3);
inline constexpr auto cheap = select<Job>().where(col<&Job::cost> <= 1);

struct Cost {
    std::optional<std::string> name{};
    std::int64_t cost{};
};
// Of several selects, and of one with a name.
inline constexpr auto costs =
    select(col<&Module::name>, col<&Job::cost>)
        .join(table<Job>)
        .union_all(
            select(col<&Job::note>.as("name"_n), col<&Job::cost> * 10).where(is_not_null(col<&Job::note>)));

struct Slot
    : Schema<View<"summary", Summary, summary>, Table<"module", Module>,
             Table<"job", Job, ColumnName<&Job::note, "remark">>, View<"pending jobs", Pending, pending>,
             View<"cheap", Cheap, cheap>, View<"costs", Cost, costs>> {};

} // namespace view_tests

using namespace view_tests;
using declared_tests::Made;
using declared_tests::sql_of;

TEST_CASE("a view is its select, with literals and the names of its row")
{
    CHECK(sql_of<Slot>("pending jobs") ==
          R"(CREATE VIEW "pending jobs" ("id", "note", "cost") AS SELECT "id", "remark", "cost" FROM "job")"
          R"( WHERE "status" = 'pending' AND "cost" < 1000)");
    CHECK(sql_of<Slot>("summary") ==
          R"(CREATE VIEW "summary" ("name", "jobs", "cost") AS SELECT "module"."name", count(*) AS "jobs",)"
          R"( sum("job"."cost") AS "cost" FROM "module" JOIN "job" ON "job"."module" = "module"."id")"
          R"( GROUP BY "module"."name" ORDER BY "module"."name" LIMIT 3)");
    CHECK(sql_of<Slot>("cheap") ==
          R"(CREATE VIEW "cheap" ("id", "module", "note", "status", "cost") AS)"
          R"( SELECT "id", "module", "remark", "status", "cost" FROM "job" WHERE "cost" <= 1)");
    CHECK(
        sql_of<Slot>("costs") ==
        R"(CREATE VIEW "costs" ("name", "cost") AS SELECT "module"."name", "job"."cost" FROM "module" JOIN "job" ON)"
        R"( "job"."module" = "module"."id" UNION ALL SELECT "job"."remark" AS "name", "job"."cost" * 10 FROM "job")"
        R"( WHERE "job"."remark" IS NOT NULL)");
    CHECK_FALSE(schema_info<Slot>().needs_trust);
}

TEST_CASE("it is read as a table")
{
    Made<Slot> db;
    db.sql(
        "INSERT INTO module VALUES (1, 'mail'), (2, 'fax');"
        "INSERT INTO job VALUES (1, 1, NULL, 'pending', 5), (2, 1, 'x', 'done', 6), (3, 2, NULL, 'pending', 1)");
    const auto rows = db.run(select<Pending>().order_by(col<&Pending::cost>));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].cost == 1);
    CHECK(rows[1].id.value() == 1);

    const auto modules = db.run(select<Summary>().where(col<&Summary::jobs> > 1));
    REQUIRE(modules.size() == 1);
    CHECK(modules[0].name == "mail");
    CHECK(modules[0].cost == 11);

    CHECK(db.run(select(sum(col<&Cost::cost>))).at(0) == 72);

    // Its ids lead to the tables they are of.
    const auto notes = db.run(select(col<&Module::name>).join(table<Cheap>));
    REQUIRE(notes.size() == 1);
    CHECK(notes[0] == "fax");
    CHECK(db.fails("INSERT INTO cheap VALUES (9, 1, NULL, 'done', 1)").message().find("view") !=
          std::string::npos);
}
