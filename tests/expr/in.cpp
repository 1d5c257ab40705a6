// in, between, like
#include "query/database.hpp"

using namespace query_tests;

TEST_CASE("lists, ranges and patterns read as they are written")
{
    CHECK(condition(in(col<&Job::cost>, 1)) == R"("cost" IN (?))");
    CHECK(condition(in(col<&Job::cost>, 1, 2, col<&Job::cost> + 1)) == R"("cost" IN (?, ?, "cost" + ?))");
    CHECK(condition(between(col<&Job::cost>, 1, 2)) == R"("cost" BETWEEN ? AND ?)");
    CHECK(condition(between(col<&Job::cost>, col<&Job::cost> - 1, col<&Job::cost> * 2)) ==
          R"("cost" BETWEEN "cost" - ? AND "cost" * ?)");
    CHECK(condition(between(col<&Job::cost> == 1, false, col<&Job::cost> == 2)) ==
          R"(("cost" = ?) BETWEEN ? AND ("cost" = ?))");
    CHECK(condition(like(col<&Job::module>, "m%")) == R"("module" LIKE ?)");
    CHECK(condition(!in(col<&Job::cost>, 1)) == R"(NOT "cost" IN (?))");
    CHECK(condition(in(col<&Job::cost> == 1, true)) == R"(("cost" = ?) IN (?))");
}

TEST_CASE("lists, ranges and patterns choose rows")
{
    Filled db;
    const std::string disk = "disk";
    CHECK(db.costs(in(col<&Job::cost>, 1, 3, 7)) == 13);
    CHECK(db.costs(in(col<&Job::module>, "x", disk, std::string("y"))) == 34);
    CHECK(db.costs(in(col<&Job::status>, JobStatus::done, JobStatus::failed)) == 4);
    CHECK(db.costs(in(col<&Job::owner>, key(db.ann))) == 13);
    CHECK(db.costs(in(col<&Job::note>, "two", "three")) == 2);
    CHECK(db.costs(between(col<&Job::cost>, 2, 3)) == 23);
    CHECK(db.costs(between(col<&Job::created_at>, Timestamp(),
                           std::chrono::sys_seconds(std::chrono::seconds(2)))) == 12);
    CHECK(db.costs(like(col<&Job::module>, "M_i%")) == 12);
    CHECK(db.costs(like(col<&Job::note>, "t%")) == 2);
}
