// count, count_distinct, min, max, sum, avg
#include "query/database.hpp"

using namespace query_tests;

TEST_CASE("aggregate functions read as they are written")
{
    CHECK(selected(count()) == "count(*)");
    CHECK(selected(count(col<&Job::note>)) == R"(count("note"))");
    CHECK(selected(count_distinct(col<&Job::module>)) == R"(count(DISTINCT "module"))");
    CHECK(selected(min(col<&Job::cost>)) == R"(min("cost"))");
    CHECK(selected(max(col<&Job::created_at>)) == R"(max("created_at"))");
    CHECK(selected(sum(col<&Job::cost> + 1)) == R"(sum("cost" + ?))");
    CHECK(selected(avg(col<&Job::cost>)) == R"(avg("cost"))");
}

TEST_CASE("aggregate functions are computed")
{
    Filled db;
    const auto [n, notes, modules, least, latest, total, mean] = db.run(
        one(select(count(), count(col<&Job::note>), count_distinct(col<&Job::module>), min(col<&Job::cost>),
                   max(col<&Job::created_at>), sum(col<&Job::cost>), avg(col<&Job::cost>))));
    CHECK(n == 4);
    CHECK(notes == 1);
    CHECK(modules == 2);
    CHECK(least == 1);
    CHECK(latest == Timestamp(std::chrono::milliseconds(4000)));
    CHECK(total == 10);
    CHECK(mean == 2.5);
    CHECK(db.run(one(select(sum(col<&User::score>)))) == 1.5);
    CHECK(db.run(one(select(min(col<&User::active>)))) == false);
    CHECK(db.run(one(select(max(col<&Job::owner>)))) == db.bob);
}

TEST_CASE("of no rows there is no least, no greatest, no sum and no mean")
{
    Database db;
    const auto [n, least, greatest, total, mean] = db.run(one(select(
        count(), min(col<&Job::cost>), max(col<&Job::module>), sum(col<&Job::cost>), avg(col<&Job::cost>))));
    CHECK(n == 0);
    CHECK_FALSE(least);
    CHECK_FALSE(greatest);
    CHECK_FALSE(total);
    CHECK_FALSE(mean);
}

// A program may have any of these names in sight as well.
TEST_CASE("the names of the standard library do not get in the way")
{
    using namespace std;
    CHECK(min(1, 2) == 1);
    CHECK(max(1, 2) == 2);
    CHECK(selected(min(col<&Job::cost>)) == R"(min("cost"))");
    CHECK(selected(tenantry::count(col<&Job::note>)) == R"(count("note"))");
    CHECK(string("a") == string("a"));
    CHECK((string("a") < string("b") && !(optional<int>(1) == optional<int>(2))));
}
