// Employees, who have bosses, and departments: for statements that read several tables, or one of them twice.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

namespace company {

using namespace tenantry;

inline constexpr std::uint64_t here = 815;

struct Department {
    Id<Department> id{};
    std::string name{};
    std::optional<std::string> floor{};
};

struct Employee {
    Id<Employee> id{};
    std::string name{};
    std::optional<Id<Employee>> boss{};
    std::optional<Id<Department>> department{};
    std::int64_t salary{};
};

// Hours of employees in departments of others: two ways from here to each.
struct Loan {
    Id<Employee> employee{};
    Id<Department> from{};
    Id<Department> to{};
    std::int64_t hours{};
};

struct Company : Schema<Table<"department", Department>, Table<"employee", Employee>,
                        Table<"loan", Loan, PrimaryKey<&Loan::employee, &Loan::to>>> {};

struct Scope {
    using schema = Company;
};

template <class Row>
[[nodiscard]] Key<Row, Scope> key(const Id<Row>& id)
{
    return detail::IdAccess::key<Scope>(id);
}

template <class Q>
[[nodiscard]] std::string text_of(const Q&)
{
    return std::string(sql_text<Company, shape_t<Q>>);
}

using Names = std::vector<std::string>;

/// ann is the boss of bob and cid, bob of dan; eve has none. ann and bob sell, cid and dan build, eve has no
/// department, and nobody is at rest. Salaries 50, 40, 30, 20, 10.
struct Staff {
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());
    Id<Department> sales, works, rest;
    Id<Employee> ann, bob, cid, dan, eve;

    /// What it gives; an error fails the test.
    template <class Q>
    auto run(const Q& query)
    {
        return test::must(execute<Company>(connection, query));
    }

    Staff()
    {
        connection.set_incarnation(here);
        for (const SchemaObject& object : schema_info<Company>().objects)
            test::must(connection.execute(std::string(object.sql).c_str()));
        sales = run(insert(Department{.id = {}, .name = "sales", .floor = "first"}));
        works = run(insert(Department{.id = {}, .name = "works", .floor = {}}));
        rest = run(insert(Department{.id = {}, .name = "rest", .floor = {}}));
        ann = hire("ann", {}, sales, 50);
        bob = hire("bob", ann, sales, 40);
        cid = hire("cid", ann, works, 30);
        dan = hire("dan", bob, works, 20);
        eve = hire("eve", {}, {}, 10);
    }

    Id<Employee> hire(std::string name, std::optional<Id<Employee>> boss,
                      std::optional<Id<Department>> department, std::int64_t salary)
    {
        Employee one;
        one.name = std::move(name);
        one.boss = boss;
        one.department = department;
        one.salary = salary;
        return run(insert(one));
    }

    template <class Q>
    Error fails(const Q& query)
    {
        auto result = execute<Company>(connection, query);
        if (result) FAIL("it did not fail");
        return result.error();
    }
};

} // namespace company
