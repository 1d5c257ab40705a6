// update<Row>(key) and remove<Row>(key): one row by the value of its key.
#include "query/database.hpp"

using namespace query_tests;

TEST_CASE("a row is changed by the value of its key")
{
    Filled db;
    const auto found = key<Job>(2);
    const auto query = update<Job>(found).set(col<&Job::cost> = 20);
    CHECK(text_of(query) == R"(UPDATE "job" SET "cost" = ? WHERE "id" = ?)");
    CHECK(db.run(query) == 1);
    CHECK(db.run(own(query)) == 1);
    CHECK(db.costs(col<&Job::cost> < 10) == 134);
    CHECK(db.run(update<Job>(key<Job>(99)).set(col<&Job::cost> = 20)) == 0);
    CHECK(db.fails(update<Job>(key<Job>(2, here + 1)).set(col<&Job::cost> = 20)) == errc::wrong_tenant);
}

TEST_CASE("a row is removed by the value of its key")
{
    Filled db;
    CHECK(text_of(remove<Job>(key<Job>(2))) == R"(DELETE FROM "job" WHERE "id" = ?)");
    CHECK(db.run(remove<Job>(key<Job>(2))) == 1);
    CHECK(db.run(remove<Job>(key<Job>(2))) == 0);
    CHECK(db.costs(col<&Job::cost> > 0) == 134);
}

TEST_CASE("keys that are no ids, and keys of several columns")
{
    Filled db;
    db.run(insert(Setting{.key = "a", .value = "1", .updated_at = {}}));
    const std::string name = "a";
    CHECK(text_of(update<Setting>("a").set(col<&Setting::value> = "2")) ==
          R"(UPDATE "config" SET "value" = ? WHERE "key" = ?)");
    CHECK(db.run(update<Setting>(name).set(col<&Setting::value> = "2")) == 1);
    CHECK(db.run(one(select(col<&Setting::value>))) == "2");
    CHECK(db.run(remove<Setting>("b")) == 0);
    CHECK(db.run(remove<Setting>(std::string("a"))) == 1);

    db.run(insert(Tag{.name = "red", .job = key<Job>(1)}));
    CHECK(text_of(remove<Tag>("red", key<Job>(1))) == R"(DELETE FROM "tag" WHERE "name" = ? AND "job" = ?)");
    CHECK(db.run(remove<Tag>("red", key<Job>(2))) == 0);
    CHECK(db.run(remove<Tag>("red", key<Job>(1))) == 1);
}

namespace {

struct Hour {
    Timestamp at{};
    double load{};
};
struct Hours : Schema<Table<"hour", Hour, PrimaryKey<&Hour::at>>> {};

} // namespace

TEST_CASE("a time of a coarser unit is the same time")
{
    auto connection = test::must(sqlite::Connection::open_memory());
    for (const SchemaObject& object : schema_info<Hours>().objects)
        test::must(connection.execute(std::string(object.sql).c_str()));
    const std::chrono::sys_seconds at(std::chrono::seconds(7200));
    test::must(execute<Hours>(connection, insert(Hour{.at = at, .load = 0.5})));
    CHECK(test::must(execute<Hours>(connection, remove<Hour>(at))) == 1);
}
