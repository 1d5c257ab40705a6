// Queries inside expressions.
#include "query/company.hpp"

#include <tuple>

using namespace company;

TEST_CASE("exists: a query that names the tables around it")
{
    Staff db;
    const auto staffed =
        exists(select(col<&Employee::id>).where(col<&Employee::department> == col<&Department::id>));
    const auto query = select(col<&Department::name>).where(staffed).order_by(col<&Department::name>);
    CHECK(
        text_of(query) ==
        R"(SELECT "department"."name" FROM "department" WHERE EXISTS (SELECT "employee"."id" FROM "employee" )"
        R"(WHERE "employee"."department" = "department"."id") ORDER BY "department"."name")");
    CHECK(db.run(query) == Names{"sales", "works"});
    const auto empty = select(col<&Department::name>).where(!staffed);
    CHECK(text_of(empty).find(" WHERE NOT EXISTS (SELECT ") != std::string::npos);
    CHECK(db.run(empty) == Names{"rest"});
}

TEST_CASE("in and not_in: one of what a query gives")
{
    Staff db;
    const auto sellers = select(col<&Department::id>).where(col<&Department::name> == "sales");
    const auto query = select(col<&Employee::name>)
                           .where(col<&Employee::salary> < 45 && in(col<&Employee::department>, sellers));
    CHECK(
        text_of(query) ==
        R"(SELECT "employee"."name" FROM "employee" WHERE "employee"."salary" < ? AND )"
        R"("employee"."department" IN (SELECT "department"."id" FROM "department" WHERE "department"."name" = ?))");
    CHECK(db.run(query) == Names{"bob"});
    const auto others = select(col<&Employee::name>)
                            .where(not_in(col<&Employee::department>, sellers))
                            .order_by(col<&Employee::name>);
    CHECK(text_of(others).find(R"("employee"."department" NOT IN (SELECT )") != std::string::npos);
    CHECK(db.run(others) == Names{"cid", "dan"});
}

TEST_CASE("scalar: a query as a value, none where it has no row")
{
    Staff db;
    const auto boss = scalar(select(alias<"boss">[col<&Employee::name>])
                                 .where(alias<"boss">[col<&Employee::id>] == col<&Employee::boss>));
    const auto query = select(col<&Employee::name>, boss).where(col<&Employee::salary> >= 40);
    CHECK(text_of(query) ==
          R"(SELECT "employee"."name", (SELECT "boss"."name" FROM "employee" AS "boss" WHERE )"
          R"("boss"."id" = "employee"."boss") FROM "employee" WHERE "employee"."salary" >= ?)");
    using Row = std::tuple<std::string, std::optional<std::string>>;
    CHECK(db.run(query.order_by(col<&Employee::name>)) ==
          std::vector<Row>{{"ann", std::nullopt}, {"bob", "ann"}});
}

TEST_CASE("an aggregate without groups always has a value")
{
    Staff db;
    const auto staff = scalar(
        select(count()).from(table<Employee>).where(col<&Employee::department> == col<&Department::id>));
    const std::vector<std::tuple<std::string, std::int64_t>> rows =
        db.run(select(col<&Department::name>, staff).order_by(desc(staff), col<&Department::name>));
    CHECK(rows[0] == std::tuple("sales", 2));
    CHECK(rows[2] == std::tuple("rest", 0));
    const std::vector<std::string> many = db.run(select(col<&Department::name>).where(staff > 1));
    CHECK(many.size() == 2);
    const auto average = scalar(select(avg(col<&Employee::salary>)));
    STATIC_REQUIRE(std::same_as<decltype(average)::value_type, std::optional<double>>);
}

TEST_CASE("a query inside an update or a remove")
{
    Staff db;
    const auto sellers = select(col<&Department::id>).where(col<&Department::name> == "sales");
    const auto raise = update<Employee>()
                           .set(col<&Employee::salary> = col<&Employee::salary> + 1)
                           .where(in(col<&Employee::department>, sellers));
    CHECK(text_of(raise) ==
          R"(UPDATE "employee" SET "salary" = "employee"."salary" + ? WHERE "employee"."department" IN )"
          R"((SELECT "department"."id" FROM "department" WHERE "department"."name" = ?))");
    CHECK(db.run(raise) == 2);
    const auto close = remove<Department>().where(
        !exists(select(col<&Employee::id>).where(col<&Employee::department> == col<&Department::id>)));
    CHECK(db.run(close) == 1);
}

TEST_CASE("a key of another tenant is refused inside as outside")
{
    Staff db;
    const auto stranger = detail::IdAccess::key<Department, Scope>(1, 4);
    const auto inner = select(col<&Department::id>).where(col<&Department::id> == stranger);
    CHECK(db.fails(select(col<&Employee::name>).where(in(col<&Employee::department>, inner))) ==
          errc::wrong_tenant);
    CHECK(db.fails(select(scalar(inner)).from(table<Employee>)) == errc::wrong_tenant);
    CHECK(db.fails(remove<Employee>().where(exists(inner))) == errc::wrong_tenant);
}

TEST_CASE("an owning query owns what is inside")
{
    Staff db;
    std::string name = "works, as a text that is too long to be kept in place, of no department";
    auto kept = own(select(col<&Employee::name>)
                        .where(in(col<&Employee::department>,
                                  select(col<&Department::id>).where(col<&Department::name> == name))));
    name = "sales";
    CHECK(db.run(kept).empty());
}

TEST_CASE("whether there is something is a query by itself")
{
    Staff db;
    const auto paid = [](std::int64_t least) {
        return select(exists(select<Employee>().where(col<&Employee::salary> > least)));
    };
    CHECK(text_of(paid(1)) ==
          R"(SELECT EXISTS (SELECT "id", "name", "boss", "department", "salary" FROM "employee" )"
          R"(WHERE "salary" > ?))");
    CHECK(db.run(one(paid(45))));
    CHECK_FALSE(db.run(one(paid(55))));
    CHECK(db.run(select(!exists(select<Loan>()), scalar(select(count()).from(table<Employee>)))) ==
          std::vector{std::tuple(true, std::int64_t{5})});
    CHECK(db.run(select(constant<1>).where(exists(select<Loan>()))).empty());
    CHECK(db.run(first(select(constant<1>).where(exists(select<Employee>())))) == 1);
    // it has one row, or as many as are chosen
    STATIC_REQUIRE(std::same_as<decltype(scalar(paid(1)))::value_type, bool>);
    STATIC_REQUIRE(
        std::same_as<decltype(scalar(select(constant<1>).where(exists(select<Loan>()))))::value_type,
                     std::optional<std::int64_t>>);
    CHECK(db.run(select(col<&Employee::name>).where(scalar(paid(45)) && col<&Employee::salary> < 15)) ==
          Names{"eve"});
}

TEST_CASE("several columns are those of a row of a query")
{
    Staff db;
    const auto of_sales =
        select(col<&Employee::boss>, col<&Employee::salary>).where(col<&Employee::name> == "bob");
    const auto query =
        select(col<&Employee::name>)
            .where(in(std::tuple(col<&Employee::boss>, col<&Employee::salary> + 10), of_sales));
    CHECK(db.run(query) == Names{"cid"});
    CHECK(db.run(select(col<&Employee::name>)
                     .where(in(std::tuple(col<&Employee::name>, col<&Employee::salary>),
                               select(constant<"ann">, constant<50>)
                                   .union_all(select(constant<"bob">, constant<1>))))) == Names{"ann"});
}
