// into(table<Struct>): columns by name.
#include "query/company.hpp"

using namespace company;

namespace {

struct Line {
    std::int64_t people{};
    std::optional<std::string> floor{};
    std::string name{};
};

struct Short {
    std::int32_t salary{};
    std::string name{};
};

struct Pointing {
    std::optional<Id<Department>> department{};
    Id<Employee> id{};
};

} // namespace

TEST_CASE("fields take the columns of their names, in any order")
{
    Staff db;
    const auto query =
        select(col<&Department::name>, count(col<&Employee::id>).as("people"_n), col<&Department::floor>)
            .left_join(table<Employee>)
            .group_by(col<&Department::id>, col<&Department::name>, col<&Department::floor>)
            .order_by(col<&Department::name>);
    CHECK(text_of(query.into(table<Line>)) ==
          R"(SELECT "department"."name", count("employee"."id") AS "people", "department"."floor" FROM )"
          R"("department" LEFT JOIN "employee" ON "employee"."department" = "department"."id" GROUP BY )"
          R"("department"."id", "department"."name", "department"."floor" ORDER BY "department"."name")");
    STATIC_REQUIRE(std::same_as<shape_t<decltype(query)>, shape_t<decltype(query.into(table<Line>))>>);
    const std::vector<Line> lines = db.run(query.into(table<Line>));
    REQUIRE(lines.size() == 3);
    CHECK(lines[1].name == "sales");
    CHECK(lines[1].floor == "first");
    CHECK(lines[1].people == 2);
    CHECK(lines[2].floor == std::nullopt);
}

TEST_CASE("clauses may come after it, and rows are told from one another")
{
    Staff db;
    const auto query = select(col<&Employee::name>, col<&Employee::salary>)
                           .into(table<Short>)
                           .where(col<&Employee::salary> > 25)
                           .order_by(col<&Employee::salary>);
    const std::vector<Short> rows = db.run(query);
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].name == "cid");
    CHECK(db.run(first(query))->salary == 30);
}

TEST_CASE("a number that its field cannot hold is an error that names the column")
{
    Staff db;
    db.run(update<Employee>()
               .set(col<&Employee::salary> = 1'000'000'000'000)
               .where(col<&Employee::name> == "eve"));
    const Error error = db.fails(select(col<&Employee::name>, col<&Employee::salary>).into(table<Short>));
    CHECK(error == errc::value_misfit);
    CHECK(std::string(error.message()).find("column 'salary'") != std::string::npos);
}

TEST_CASE("ids stay ids, of their tenant")
{
    Staff db;
    const auto rows = db.run(select(col<&Employee::id>, col<&Employee::department>)
                                 .where(col<&Employee::name> == "cid")
                                 .into(table<Pointing>));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].id == db.cid);
    CHECK(rows[0].department == db.works);
}
