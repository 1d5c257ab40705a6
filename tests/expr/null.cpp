// is_null, is_not_null, is, is_not
#include "query/database.hpp"

using namespace query_tests;

TEST_CASE("NULL has words of its own")
{
    CHECK(condition(is_null(col<&Job::note>)) == R"("note" IS NULL)");
    CHECK(condition(is_not_null(col<&Job::note>)) == R"("note" IS NOT NULL)");
    CHECK(condition(!is_null(col<&Job::note>)) == R"(NOT "note" IS NULL)");
    CHECK(condition(is_null(col<&Job::note> == "x")) == R"("note" = ? IS NULL)");
    CHECK(condition(is(col<&Job::note>, std::optional<std::string>())) == R"("note" IS ?)");
    CHECK(condition(is_not(col<&Job::note>, std::nullopt)) == R"("note" IS NOT ?)");
    CHECK(condition(is(col<&Job::processed_at>, col<&Job::created_at>)) ==
          R"("processed_at" IS "created_at")");
}

TEST_CASE("NULL is found and passed over")
{
    Filled db;
    const std::optional<std::string> two = "two";
    const std::optional<std::string> none;
    CHECK(db.costs(is_null(col<&Job::note>)) == 134);
    CHECK(db.costs(is_not_null(col<&Job::note>)) == 2);
    CHECK(db.costs(is(col<&Job::note>, two)) == 2);
    CHECK(db.costs(is(col<&Job::note>, none)) == 134);
    CHECK(db.costs(is(col<&Job::note>, std::nullopt)) == 134);
    CHECK(db.costs(is(col<&Job::note>, "two")) == 2);
    CHECK(db.costs(is_not(col<&Job::note>, two)) == 134);
    CHECK(db.costs(is_not(col<&Job::note>, none)) == 2);
    CHECK(db.costs(is(col<&Job::worker>, std::optional(key(db.bob)))) == 3);
    CHECK(db.costs(is(col<&Job::worker>, std::optional<Key<User, ScopeA>>())) == 124);
    CHECK(db.costs(is_null(col<&Job::note> == "two")) == 134);
}
