// Statements are prepared against the schema, and those that SQLite refuses are told.
#include <tenantry/query/verify.hpp>

#include "query/schema.hpp"
#include "support/catch.hpp"
#include "support/must.hpp"

using namespace query_tests;

TEST_CASE("statements that SQLite accepts")
{
    const Job row;
    CHECK(verify_statements<Work>());
    CHECK(verify_statements<Work>(
        select<Job>(), first(select<Job>().order_by(col<&Job::cost>)), insert(row), upsert(Setting{}),
        remove<Job>().all_rows(), explain(select<Job>()),
        sql<"select count(*) from job where cost > :cost", std::int64_t>(arg<"cost">(0))));
}

TEST_CASE("statements that it refuses are told with its words")
{
    const auto wrong_column = sql<"select nowhere from job", std::int64_t>();
    const auto wrong_count = sql<"select id, cost from job", std::int64_t>();
    const auto wrong_syntax = sql<"delete job">();
    const auto problems =
        test::must(refused_statements<Work>(wrong_column, select<Job>(), wrong_count, wrong_syntax));
    REQUIRE(problems.size() == 3);
    CHECK(problems[0] == errc::invalid_sql);
    CHECK_THAT(std::string(problems[0].message()), ContainsSubstring("no such column: nowhere"));
    CHECK(problems[0].sql() == "select nowhere from job");
    CHECK_THAT(std::string(problems[1].message()), ContainsSubstring("2 columns"));
    CHECK(problems[1].sql() == "select id, cost from job");
    CHECK(problems[2].sql() == "delete job");

    const auto verified = verify_statements<Work>(select<Job>(), wrong_column, wrong_syntax);
    REQUIRE_FALSE(verified);
    CHECK(verified.error() == errc::invalid_sql);
    CHECK_THAT(std::string(verified.error().message()), ContainsSubstring("2 of 3 statements") &&
                                                            ContainsSubstring("no such column: nowhere") &&
                                                            ContainsSubstring("delete job"));
}
