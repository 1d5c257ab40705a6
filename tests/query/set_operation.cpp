// UNION, UNION ALL, INTERSECT, EXCEPT
#include "query/company.hpp"

#include <tuple>

using namespace company;

namespace {

struct Named {
    std::string name{};
    std::int64_t rank{};
};

} // namespace

TEST_CASE("the rows of both")
{
    Staff db;
    const auto people = select(col<&Employee::name>).where(col<&Employee::salary> > 35);
    const auto places = select(col<&Department::name>);
    const auto both = people.union_(places).order_by(desc(col<&Employee::name>)).limit(3);
    CHECK(text_of(both) == R"(SELECT "employee"."name" FROM "employee" WHERE "employee"."salary" > ? UNION )"
                           R"(SELECT "department"."name" FROM "department" ORDER BY 1 DESC LIMIT ?)");
    CHECK(db.run(both) == Names{"works", "sales", "rest"});
    CHECK(db.run(people.union_all(people)).size() == 4);
    CHECK(db.run(people.union_(people)).size() == 2);
    CHECK(db.run(people.union_(places).order_by(col<&Employee::name>).offset(4)) == Names{"works"});
    CHECK(db.run(first(people.union_(places).order_by(col<&Employee::name>))) == "ann");
}

TEST_CASE("what both have, and what one has not")
{
    Staff db;
    const auto all = select(col<&Department::id>);
    const auto used = select(col<&Employee::department>);
    const auto unused = all.except(used);
    STATIC_REQUIRE(std::same_as<decltype(db.run(unused)), std::vector<std::optional<Id<Department>>>>);
    CHECK(db.run(unused) == std::vector<std::optional<Id<Department>>>{db.rest});
    const auto common = all.intersect(used).order_by(col<&Department::id>);
    CHECK(db.run(common) == std::vector<std::optional<Id<Department>>>{db.sales, db.works});
    CHECK(
        text_of(all.intersect(used).union_all(all)) ==
        R"(SELECT "department"."id" FROM "department" INTERSECT SELECT "employee"."department" FROM "employee" )"
        R"(UNION ALL SELECT "department"."id" FROM "department")");
    CHECK(db.run(all.intersect(used).union_all(all)).size() == 5);
}

TEST_CASE("several columns, whole rows, and structs")
{
    Staff db;
    const auto pairs =
        select(col<&Employee::name>, col<&Employee::salary>)
            .union_all(select(col<&Department::name>, count()).group_by(col<&Department::name>))
            .order_by(col<&Employee::salary>, col<&Employee::name>);
    using Pair = std::tuple<std::string, std::int64_t>;
    CHECK(db.run(first(pairs)) == Pair("rest", 1));

    const auto rows = select<Employee>()
                          .where(col<&Employee::salary> > 45)
                          .union_all(select<Employee>().where(col<&Employee::salary> < 15))
                          .order_by(col<&Employee::salary>);
    const std::vector<Employee> ends = db.run(rows);
    REQUIRE(ends.size() == 2);
    CHECK(ends[0].name == "eve");
    CHECK(ends[1].id == db.ann);

    const auto named =
        select(col<&Employee::name>, col<&Employee::salary>.as("rank"_n))
            .union_(select(col<&Department::name>, count().as("rank"_n)).group_by(col<&Department::name>))
            .into(table<Named>)
            .order_by(col<&Employee::salary>, col<&Employee::name>);
    const std::vector<Named> ranked = db.run(named);
    REQUIRE(ranked.size() == 8);
    CHECK(ranked.front().rank == 1);
    CHECK(ranked.back().name == "ann");
}

TEST_CASE("a set operation inside an expression")
{
    Staff db;
    const auto chosen = select(col<&Department::id>)
                            .where(col<&Department::name> == "works")
                            .union_(select(col<&Department::id>).where(col<&Department::name> == "rest"));
    CHECK(db.run(select(col<&Employee::name>)
                     .where(in(col<&Employee::department>, chosen))
                     .order_by(col<&Employee::name>)) == Names{"cid", "dan"});
}

TEST_CASE("keys of another tenant are refused on every side")
{
    Staff db;
    const auto stranger = detail::IdAccess::key<Employee, Scope>(1, 4);
    const auto good = select(col<&Employee::name>);
    const auto bad = good.where(col<&Employee::id> == stranger);
    CHECK(db.fails(good.union_(bad)) == errc::wrong_tenant);
    CHECK(db.fails(bad.except(good)) == errc::wrong_tenant);
}

TEST_CASE("a side on the right may be a set operation itself")
{
    Staff db;
    const auto all = select(col<&Employee::name>);
    const auto rich = all.where(col<&Employee::salary> > 45);
    const auto poor = all.where(col<&Employee::salary> < 15);
    const auto middle = all.except(rich.union_all(poor));
    CHECK(text_of(middle) ==
          R"(SELECT "employee"."name" FROM "employee" EXCEPT SELECT * FROM (SELECT "employee"."name" FROM )"
          R"("employee" WHERE "employee"."salary" > ? UNION ALL SELECT "employee"."name" FROM "employee" )"
          R"(WHERE "employee"."salary" < ?))");
    CHECK(db.run(middle.order_by(col<&Employee::name>)) == Names{"bob", "cid", "dan"});
    CHECK(db.run(own(middle).order_by(desc(col<&Employee::name>)).limit(1)) == Names{"dan"});
    // Worked off from the left it is something else.
    CHECK(db.run(all.except(rich).union_all(poor)).size() == 5);
    CHECK(db.run(all.intersect(rich.union_(poor.except(rich))).order_by(col<&Employee::name>)) ==
          Names{"ann", "eve"});
    // Whole rows, and structs by the names of the first side.
    CHECK(db.run(select<Employee>().except(
                     select<Employee>()
                         .where(col<&Employee::salary> > 25)
                         .union_all(select<Employee>().where(col<&Employee::salary> < 15))))
              .size() == 1);
    const auto pairs = select(col<&Employee::name>, col<&Employee::salary>.as("rank"_n));
    const auto named =
        pairs
            .except(
                pairs.where(col<&Employee::salary> < 45).intersect(pairs.where(col<&Employee::salary> > 15)))
            .into(table<Named>);
    const auto found = db.run(select<Named>().from(subquery<"t">(named)).order_by(col<&Named::rank>));
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "eve");
    CHECK(found[1].rank == 50);
    // Optional where one of the sides may be NULL, however deep.
    const auto departments =
        select(col<&Department::id>)
            .union_all(select(col<&Department::id>).union_(select(col<&Employee::department>)));
    STATIC_REQUIRE(std::same_as<decltype(db.run(departments)), std::vector<std::optional<Id<Department>>>>);
    CHECK(db.run(departments).size() == 7);
}
