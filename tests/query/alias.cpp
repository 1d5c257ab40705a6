// Tables under other names: self joins.
#include "query/company.hpp"

#include <tuple>

using namespace company;

namespace {

constexpr auto boss = alias<"boss">;

} // namespace

TEST_CASE("a table joins itself under another name")
{
    Staff db;
    const auto query =
        select(col<&Employee::name>, boss[col<&Employee::name>])
            .join(table<Alias<"boss", Employee>>, col<&Employee::boss> == boss[col<&Employee::id>])
            .order_by(desc(boss[col<&Employee::salary>]), col<&Employee::name>);
    CHECK(text_of(query) ==
          R"(SELECT "employee"."name", "boss"."name" FROM "employee" JOIN "employee" AS "boss" )"
          R"(ON "employee"."boss" = "boss"."id" ORDER BY "boss"."salary" DESC, "employee"."name")");
    using Pair = std::tuple<std::string, std::string>;
    CHECK(db.run(query) == std::vector<Pair>{{"bob", "ann"}, {"cid", "ann"}, {"dan", "bob"}});
}

TEST_CASE("a left join by alias makes the alias optional, and the table not")
{
    Staff db;
    const auto query =
        select(row<Employee>, boss[col<&Employee::name>], row<Alias<"boss", Employee>>)
            .left_join(table<Alias<"boss", Employee>>, col<&Employee::boss> == boss[col<&Employee::id>])
            .order_by(col<&Employee::id>);
    const std::vector<std::tuple<Employee, std::optional<std::string>, std::optional<Employee>>> rows =
        db.run(query);
    REQUIRE(rows.size() == 5);
    CHECK_FALSE(std::get<1>(rows[0]));
    CHECK_FALSE(std::get<2>(rows[0]));
    CHECK(std::get<1>(rows[3]) == "bob");
    CHECK(std::get<2>(rows[3])->id == db.bob);
}

TEST_CASE("a statement may read under other names alone")
{
    Staff db;
    const auto query = select<Alias<"e", Employee>>().where(alias<"e">[col<&Employee::salary>] > 40);
    CHECK(text_of(query) ==
          R"(SELECT "id", "name", "boss", "department", "salary" FROM "employee" AS "e" WHERE "salary" > ?)");
    CHECK(db.run(one(query)).name == "ann");

    const auto a = alias<"a">[col<&Employee::salary>];
    const auto b = alias<"b">[col<&Employee::salary>];
    const auto pairs =
        select(count()).from(table<Alias<"a", Employee>>).join(table<Alias<"b", Employee>>, a < b);
    CHECK(text_of(pairs) ==
          R"(SELECT count(*) FROM "employee" AS "a" JOIN "employee" AS "b" ON "a"."salary" < "b"."salary")");
    CHECK(db.run(one(pairs)) == 10);
}
