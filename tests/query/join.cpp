// JOIN: conditions, foreign keys, what may be missing, and rows side by side.
#include "query/company.hpp"

#include <tuple>

using namespace company;

namespace {

template <class Row>
struct Record : Row {};

struct Records {
    template <class Row>
    using row = Record<Row>;
    template <class Row>
    using key = Key<Row, Scope>;
};

} // namespace

TEST_CASE("columns are qualified as soon as two tables are read")
{
    Staff db;
    const auto query = select(col<&Employee::name>, col<&Department::name>)
                           .join(table<Department>, col<&Employee::department> == col<&Department::id>)
                           .where(col<&Employee::salary> > 25)
                           .order_by(col<&Employee::salary>);
    CHECK(text_of(query) ==
          R"(SELECT "employee"."name", "department"."name" FROM "employee" JOIN "department" )"
          R"(ON "employee"."department" = "department"."id" WHERE "employee"."salary" > ? )"
          R"(ORDER BY "employee"."salary")");
    using Both = std::tuple<std::string, std::string>;
    CHECK(db.run(query) == std::vector<Both>{{"cid", "works"}, {"bob", "sales"}, {"ann", "sales"}});
}

TEST_CASE("the first column that is not joined says what is read, unless from() does")
{
    const auto on = col<&Employee::department> == col<&Department::id>;
    CHECK(text_of(select(col<&Department::name>, col<&Employee::name>).join(table<Department>, on)) ==
          R"(SELECT "department"."name", "employee"."name" FROM "employee" JOIN "department" )"
          R"(ON "employee"."department" = "department"."id")");
    CHECK(
        text_of(select(count()).join(table<Department>, on)) ==
        R"(SELECT count(*) FROM "employee" JOIN "department" ON "employee"."department" = "department"."id")");
    CHECK(text_of(select(col<&Employee::name>).from(table<Department>).join(table<Employee>, on)) ==
          R"(SELECT "employee"."name" FROM "department" JOIN "employee" )"
          R"(ON "employee"."department" = "department"."id")");
}

TEST_CASE("a join without a condition follows the foreign key, in both directions")
{
    Staff db;
    const auto out =
        select(col<&Employee::name>).join(table<Department>).where(col<&Department::name> == "works");
    CHECK(text_of(out) == R"(SELECT "employee"."name" FROM "employee" JOIN "department" )"
                          R"(ON "employee"."department" = "department"."id" WHERE "department"."name" = ?)");
    CHECK(db.run(out.order_by(col<&Employee::name>)) == Names{"cid", "dan"});
    const auto in = select(col<&Department::name>, count(col<&Employee::id>))
                        .left_join(table<Employee>)
                        .group_by(col<&Department::name>)
                        .order_by(col<&Department::name>);
    CHECK(text_of(in) ==
          R"(SELECT "department"."name", count("employee"."id") FROM "department" LEFT JOIN "employee" )"
          R"(ON "employee"."department" = "department"."id" GROUP BY "department"."name" )"
          R"(ORDER BY "department"."name")");
    using Counted = std::tuple<std::string, std::int64_t>;
    CHECK(db.run(in) == std::vector<Counted>{{"rest", 0}, {"sales", 2}, {"works", 2}});
}

TEST_CASE("a chain of joins: each follows its key to what was read before it")
{
    Staff db;
    db.run(insert(Loan{.employee = db.ann, .from = db.sales, .to = db.works, .hours = 3}));
    const auto query = select(col<&Loan::hours>, col<&Employee::name>, col<&Department::name>)
                           .join(table<Employee>)
                           .join(table<Department>, col<&Loan::to> == col<&Department::id>);
    CHECK(db.run(query) ==
          std::vector{std::tuple(std::int64_t{3}, std::string("ann"), std::string("works"))});
}

TEST_CASE("what a left join may not find is optional, also in expressions")
{
    Staff db;
    const auto query = select(col<&Employee::name>, col<&Department::name>, col<&Department::floor>,
                              concat(col<&Department::name>, "!"), is_null(col<&Department::id>))
                           .left_join(table<Department>)
                           .order_by(desc(col<&Employee::salary>));
    const auto rows = db.run(query);
    STATIC_REQUIRE(
        std::same_as<
            decltype(rows),
            const std::vector<std::tuple<std::string, std::optional<std::string>, std::optional<std::string>,
                                         std::optional<std::string>, bool>>>);
    REQUIRE(rows.size() == 5);
    CHECK(rows[0] == std::tuple("ann", "sales", "first", "sales!", false));
    CHECK(rows[2] == std::tuple("cid", "works", std::nullopt, "works!", false));
    CHECK(rows[4] == std::tuple("eve", std::nullopt, std::nullopt, std::nullopt, true));
}

TEST_CASE("whole rows come side by side, those that may be missing as optionals")
{
    Staff db;
    const auto both =
        select(row<Employee>, row<Department>).join(table<Department>).where(col<&Employee::name> == "cid");
    CHECK(
        text_of(both) ==
        R"(SELECT "employee"."id", "employee"."name", "employee"."boss", "employee"."department", )"
        R"("employee"."salary", "department"."id", "department"."name", "department"."floor" FROM "employee" )"
        R"(JOIN "department" ON "employee"."department" = "department"."id" WHERE "employee"."name" = ?)");
    const std::tuple<Employee, Department> found = db.run(one(both));
    CHECK(std::get<0>(found).id == db.cid);
    CHECK(std::get<0>(found).salary == 30);
    CHECK(std::get<1>(found).id == db.works);
    CHECK_FALSE(std::get<1>(found).floor);

    const auto left = select(col<&Employee::salary>, row<Department>, col<&Employee::name>)
                          .left_join(table<Department>)
                          .order_by(col<&Employee::salary>);
    const std::vector<std::tuple<std::int64_t, std::optional<Department>, std::string>> rows = db.run(left);
    REQUIRE(rows.size() == 5);
    CHECK_FALSE(std::get<1>(rows[0]));
    CHECK(std::get<2>(rows[0]) == "eve");
    REQUIRE(std::get<1>(rows[4]));
    CHECK(std::get<1>(rows[4])->name == "sales");
    CHECK(std::get<2>(rows[4]) == "ann");

    const std::vector<std::optional<Department>> alone = db.run(select<Department>()
                                                                    .from(table<Employee>)
                                                                    .left_join(table<Department>)
                                                                    .order_by(col<&Employee::salary>));
    REQUIRE(alone.size() == 5);
    CHECK_FALSE(alone[0]);
    CHECK(alone[1]->id == db.works);
}

TEST_CASE("a stored NULL where a row is there is an error, not a missing row")
{
    Staff db;
    test::must(db.connection.execute("pragma foreign_keys = off; drop table department;"
                                     "create table department(id integer primary key, name text, floor text);"
                                     "insert into department(id) values (1)"));
    CHECK(db.fails(select(row<Employee>, row<Department>)
                       .left_join(table<Department>)
                       .where(col<&Employee::name> == "ann")) == errc::value_misfit);
}

TEST_CASE("a cross join is every pair")
{
    Staff db;
    const auto query = select(count()).from(table<Employee>).cross_join(table<Department>);
    CHECK(text_of(query) == R"(SELECT count(*) FROM "employee" CROSS JOIN "department")");
    CHECK(db.run(one(query)) == 15);
}

TEST_CASE("values in conditions of joins come before those of where, however it was said")
{
    Staff db;
    const auto query = select(col<&Employee::name>)
                           .where(col<&Employee::salary> < 45)
                           .join(table<Department>, col<&Employee::department> == col<&Department::id> &&
                                                        col<&Department::name> == "sales");
    CHECK(db.run(query) == Names{"bob"});
}

TEST_CASE("in a tenant's scope rows are records and ids keys, missing ones too")
{
    Staff db;
    const auto query = select(row<Employee>, row<Department>, col<&Department::id>)
                           .left_join(table<Department>)
                           .where(col<&Employee::id> == key(db.bob));
    const std::tuple<Record<Employee>, std::optional<Record<Department>>,
                     std::optional<Key<Department, Scope>>>
        found = test::must(execute<Company, Records>(db.connection, one(query)));
    CHECK(std::get<1>(found)->name == "sales");
    CHECK(std::get<2>(found) == key(db.sales));
}
