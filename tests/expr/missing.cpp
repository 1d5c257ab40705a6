// What may be missing, since it was joined from the left, in expressions of it.
#include "query/company.hpp"

#include <tuple>

using namespace company;

namespace {

// The type of an expression in departments and their employees, of which there may be none.
template <class E>
auto in_departments(const E& expression)
{
    return select(expression).from(table<Department>).left_join(table<Employee>);
}

template <class T, class E>
constexpr bool gives(const E& expression)
{
    using Query = decltype(in_departments(expression));
    return std::same_as<typename Query::template result<PlainRows>, std::vector<T>>;
}

} // namespace

TEST_CASE("an expression of what may be missing is an optional, unless it cannot be NULL")
{
    const auto name = col<&Employee::name>;
    const auto salary = col<&Employee::salary>;
    using Text = std::string;
    CHECK(gives<std::optional<Text>>(name));
    CHECK(gives<std::optional<Text>>(upper(name)));
    CHECK(gives<std::optional<std::int64_t>>(length(name)));
    CHECK(gives<std::optional<Text>>(cast<Text>(salary)));
    CHECK(gives<std::optional<Text>>(collate<"nocase">(name)));
    CHECK(gives<Text>(coalesce(name, "nobody")));
    CHECK(gives<Text>(coalesce(name, col<&Department::name>)));
    CHECK(gives<std::optional<Text>>(coalesce(name, upper(name))));
    CHECK(gives<std::int64_t>(iif(salary > 5, 1, 0)));
    CHECK(gives<std::optional<Text>>(iif(salary > 5, name, "poor")));
    CHECK(gives<Text>(case_().when(salary > 5, "rich").otherwise("poor")));
    CHECK(gives<Text>(case_(salary).when(5, "five").otherwise("other")));
    CHECK(gives<std::optional<Text>>(case_(salary).when(5, "five").otherwise(name)));
    CHECK(gives<std::optional<Text>>(case_(col<&Department::name>).when("a", name).otherwise("b")));
    CHECK(gives<Text>(typeof_(name)));
    CHECK(gives<Text>(hex(name)));
}

TEST_CASE("what is missing is read as such")
{
    Staff db;
    const auto query =
        select(col<&Department::name>, coalesce(col<&Employee::name>, "nobody"), length(col<&Employee::name>))
            .left_join(table<Employee>)
            .where(col<&Department::name> == "rest");
    using Row = std::tuple<std::string, std::string, std::optional<std::int64_t>>;
    CHECK(db.run(query) == std::vector<Row>{{"rest", "nobody", std::nullopt}});
}
