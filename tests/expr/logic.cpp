// && || !: parentheses where they are needed, and nowhere else.
#include "query/database.hpp"

using namespace query_tests;

TEST_CASE("conditions are joined with the parentheses they need")
{
    const auto one = col<&Job::cost> == 1;
    const auto mail = col<&Job::module> == "mail";
    const auto done = col<&Job::status> == JobStatus::done;
    CHECK(condition(one && mail) == R"("cost" = ? AND "module" = ?)");
    CHECK(condition(one || mail) == R"("cost" = ? OR "module" = ?)");
    CHECK(condition((one || mail) && done) == R"(("cost" = ? OR "module" = ?) AND "status" = ?)");
    CHECK(condition(one || (mail && done)) == R"("cost" = ? OR "module" = ? AND "status" = ?)");
    CHECK(condition(one && mail && done) == R"("cost" = ? AND "module" = ? AND "status" = ?)");
    CHECK(condition(!one) == R"(NOT "cost" = ?)");
    CHECK(condition(!(one && mail)) == R"(NOT ("cost" = ? AND "module" = ?))");
    CHECK(condition(!!one) == R"(NOT NOT "cost" = ?)");
    CHECK(condition((one == true) || mail) == R"("cost" = ? = ? OR "module" = ?)");
    CHECK(condition(true == (one == mail)) == R"(? = ("cost" = ? = ("module" = ?)))");
}

TEST_CASE("joined conditions choose rows")
{
    Filled db;
    const auto mail = col<&Job::module> == "mail";
    const auto cheap = col<&Job::cost> < 4;
    const auto odd = col<&Job::cost> % 2 == 1;
    CHECK(db.costs(mail && odd) == 1);
    CHECK(db.costs(mail || odd) == 123);
    CHECK(db.costs((mail || odd) && !cheap) == 0);
    CHECK(db.costs(mail || (odd && cheap)) == 123);
    CHECK(db.costs(!mail) == 34);
    CHECK(db.costs(!(mail && odd)) == 234);
    CHECK(db.costs((mail == true) && odd) == 1);
    CHECK(db.costs(true == (mail == odd)) == 14);
}

TEST_CASE("a flag of the program takes part as a value")
{
    Filled db;
    for (const bool everything : {false, true})
        CHECK(db.costs(col<&Job::module> == "mail" || everything) == (everything ? 1234 : 12));
}

TEST_CASE("what is unknown is not chosen, and neither is its opposite")
{
    Filled db;
    CHECK(db.costs(col<&Job::note> == "two") == 2);
    CHECK(db.costs(!(col<&Job::note> == "two")) == 0);
}
