// DELETE: of chosen rows, and of one row by its key.
#include "query/database.hpp"

using namespace query_tests;

TEST_CASE("chosen rows are removed, and counted")
{
    Filled db;
    const auto query = remove<Job>().where(col<&Job::module> == "mail" && col<&Job::cost> > 1);
    CHECK(text_of(query) == R"(DELETE FROM "job" WHERE "module" = ? AND "cost" > ?)");
    CHECK(db.run(query) == 1);
    CHECK(db.run(query) == 0);
    CHECK(db.costs(col<&Job::cost> > 0) == 134);
    CHECK(text_of(remove<Job>().all_rows()) == R"(DELETE FROM "job")");
    CHECK(db.run(remove<Job>().all_rows()) == 3);
}

TEST_CASE("a row is removed by its key")
{
    CHECK(text_of(remove(Tag{})) == R"(DELETE FROM "tag" WHERE "name" = ? AND "job" = ?)");
    Filled db;
    const Job found = db.run(one(select<Job>().where(col<&Job::cost> == 2)));
    const Tag tag{.name = "red", .job = found.id};
    db.run(insert(tag));
    CHECK(db.run(remove(Tag{.name = "red", .job = key<Job>(1)})) == 0);
    CHECK(db.run(remove(tag)) == 1);
    CHECK(db.run(remove(found)) == 1);
    CHECK(db.run(remove(found)) == 0);
    CHECK(db.costs(col<&Job::cost> > 0) == 134);
}

TEST_CASE("a row that was never stored, or elsewhere, cannot be removed")
{
    Filled db;
    CHECK(db.fails(remove(job(1))) == errc::invalid_argument);
    Job stranger = job(1);
    stranger.id = key<Job>(1, here + 1);
    CHECK(db.fails(remove(stranger)) == errc::wrong_tenant);
    CHECK(db.fails(remove<Job>().where(col<&Job::id> == key<Job>(1, here + 1))) == errc::wrong_tenant);
    CHECK(db.integer("select count(*) from job") == 4);
}

// <cstdio> has a function of that name.
TEST_CASE("the function that removes files is another one")
{
    CHECK(text_of(remove(Tag{})) == text_of(tenantry::remove(Tag{})));
    CHECK(remove("/nonexistent/file") != 0);
}
