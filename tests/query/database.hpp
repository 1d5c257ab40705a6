// A database of the shared schema in memory, and the questions that tests ask it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tenantry/schema/ddl.hpp>
#include <tenantry/sqlite/connection.hpp>

#include "query/schema.hpp"
#include "support/catch.hpp"
#include "support/must.hpp"

namespace query_tests {

inline constexpr std::uint64_t here = 4711; // the incarnation of the tests' tenant

struct Database {
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());

    Database();

    /// What it gives; an error fails the test.
    template <class Q>
    auto run(const Q& query)
    {
        return test::must(execute<Work>(connection, query));
    }

    /// The error it ends with; success fails the test.
    template <class Q>
    Error fails(const Q& query)
    {
        auto result = execute<Work>(connection, query);
        if (result) FAIL("it did not fail");
        return result.error();
    }

    std::int64_t integer(const char* sql) { return test::must(connection.query_integer(sql)); }
};

template <class Q>
[[nodiscard]] std::string text_of(const Q&)
{
    return std::string(sql_text<Work, shape_t<Q>>);
}

/// The text of a condition.
template <class E>
[[nodiscard]] std::string condition(const E& expression)
{
    const std::string text = text_of(select(col<&Job::cost>).where(expression));
    const std::string_view before = R"(SELECT "cost" FROM "job" WHERE )";
    REQUIRE(text.substr(0, before.size()) == before);
    return text.substr(before.size());
}

/// The text of an expression that is selected.
template <class E>
[[nodiscard]] std::string selected(const E& expression)
{
    const std::string text = text_of(select(expression).from(table<Job>));
    const std::string_view after = R"( FROM "job")";
    REQUIRE(text.size() > 7 + after.size());
    return text.substr(7, text.size() - 7 - after.size());
}

/// A job that can be told from others by its cost.
[[nodiscard]] inline Job job(std::int64_t cost, std::string module = "mail")
{
    Job made;
    made.cost = cost;
    made.module = std::move(module);
    return made;
}

/// Two users and four jobs: costs 1 to 4, modules mail, mail, disk, disk; the second has a note.
struct Filled : Database {
    Id<User> ann;
    Id<User> bob;

    Filled();

    /// The costs of the jobs for which a condition holds, in order, as a number: 134 is jobs 1, 3 and 4.
    template <class E>
    std::int64_t costs(const E& expression)
    {
        std::int64_t all = 0;
        for (const std::int64_t cost :
             run(select(col<&Job::cost>).where(expression).order_by(col<&Job::cost>)))
            all = all * 10 + cost;
        return all;
    }
};

/// A key of the tests' tenant.
template <class Row>
[[nodiscard]] Key<Row, ScopeA> key(const Id<Row>& id)
{
    return detail::IdAccess::key<ScopeA>(id);
}

/// A key of a number.
template <class Row>
[[nodiscard]] Key<Row, ScopeA> key(std::int64_t value, std::uint64_t incarnation = here)
{
    return detail::IdAccess::key<Row, ScopeA>(value, incarnation);
}

} // namespace query_tests
