// with() before statements that write.
#include "query/database.hpp"

using namespace query_tests;

namespace {

struct Load {
    std::string module{};
    std::int64_t jobs{};
};
struct Step {
    std::int64_t n{};
};

const auto load = select(col<&Job::module>, count().as("jobs"_n))
                      .where(col<&Job::cost> < 4)
                      .group_by(col<&Job::module>)
                      .into(table<Load>);

} // namespace

TEST_CASE("an update reads queries with names")
{
    Filled db;
    const auto query = update<Job>()
                           .set(col<&Job::cost> = col<&Load::jobs> * 100)
                           .from(table<Load>)
                           .where(col<&Job::module> == col<&Load::module> && col<&Job::cost> > 1)
                           .with(cte<"load">(load));
    CHECK(text_of(query) ==
          R"(WITH "load" ("module", "jobs") AS (SELECT "job"."module", count(*) AS "jobs" FROM "job")"
          R"( WHERE "job"."cost" < ? GROUP BY "job"."module") UPDATE "job" SET "cost" = "load"."jobs" * ?)"
          R"( FROM "load" WHERE "job"."module" = "load"."module" AND "job"."cost" > ?)");
    CHECK(db.run(query) == 3);
    CHECK(db.integer("select sum(cost) from job where module = 'disk'") == 200);
    CHECK(db.integer("select max(cost) from job where module = 'mail'") == 200);
    CHECK(db.run(own(query)) == 1); // of the cheap jobs the first is left
}

TEST_CASE("a remove reads queries with names")
{
    Filled db;
    const auto query =
        remove<Job>()
            .with(cte<"load">(load))
            .where(in(col<&Job::module>, select(col<&Load::module>).where(col<&Load::jobs> == 1)));
    CHECK(db.run(query) == 2);
    CHECK(db.integer("select count(*) from job where module = 'disk'") == 0);
}

TEST_CASE("an insert reads queries with names")
{
    Filled db;
    const auto counted = insert<Setting>()
                             .columns(col<&Setting::key>, col<&Setting::value>)
                             .from(select(col<&Load::module>, col<&Load::module>).from(table<Load>))
                             .with(cte<"load">(load));
    CHECK(db.run(counted) == 2);
    CHECK(db.integer("select count(*) from config where key in ('mail', 'disk')") == 2);
    const auto again = counted.on_conflict(col<&Setting::key>).do_update(col<&Setting::value> = "again");
    CHECK(db.run(again) == 2);
    CHECK(db.integer("select count(*) from config where value = 'again'") == 2);

    const auto one_row =
        insert<User>()
            .set(col<&User::name> = coalesce(scalar(select(max(col<&Load::module>)).from(table<Load>)), "?"),
                 col<&User::active> = true, col<&User::level> = 1,
                 col<&User::picture> = std::vector<std::byte>())
            .with(cte<"load">(load));
    const Id<User> made = db.run(one_row);
    CHECK(db.run(one(select(col<&User::name>).where(col<&User::id> == key(made)))) == "mail");
}

TEST_CASE("a query that reads itself fills a table")
{
    Database db;
    const auto first = select(cast<std::int64_t>(count()).as("n"_n)).from(table<User>);
    const auto next = select((col<&Step::n> + 1).as("n"_n)).where(col<&Step::n> < 9);
    const auto query =
        insert<Setting>()
            .columns(col<&Setting::key>, col<&Setting::value>)
            .from(select(cast<std::string>(col<&Step::n>), cast<std::string>(col<&Step::n> * 2)))
            .with_recursive(cte<"step">(first.union_all(next).into(table<Step>)));
    CHECK(db.run(query) == 10);
    CHECK(db.integer("select sum(value) from config") == 90);
}
