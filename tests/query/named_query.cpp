// WITH, recursive too, and queries in FROM.
#include "query/company.hpp"

#include <tuple>

using namespace company;

namespace {

struct Load {
    std::optional<Id<Department>> department{};
    std::int64_t people{};
    std::optional<std::int64_t> pay{};
};

struct Tree {
    Id<Employee> id{};
    std::string name{};
    std::int64_t depth{};
};

// how many people a department has, and what they are paid
auto load()
{
    return select(col<&Employee::department>, count().as<"people">(), sum(col<&Employee::salary>).as<"pay">())
        .group_by(col<&Employee::department>)
        .into<Load>();
}

} // namespace

TEST_CASE("a query with a name is read by the struct it goes into")
{
    Staff db;
    const auto query = select(col<&Department::name>, col<&Load::pay>)
                           .join<Load>(col<&Load::department> == col<&Department::id>)
                           .with(cte<"load">(load()))
                           .where(col<&Load::people> > 1)
                           .order_by(desc(col<&Load::pay>));
    CHECK(
        text_of(query) ==
        R"(WITH "load" ("department", "people", "pay") AS (SELECT "employee"."department", count(*) AS "people", )"
        R"(sum("employee"."salary") AS "pay" FROM "employee" GROUP BY "employee"."department") )"
        R"(SELECT "department"."name", "load"."pay" FROM "department" JOIN "load" ON "load"."department" = )"
        R"("department"."id" WHERE "load"."people" > ? ORDER BY "load"."pay" DESC)");
    using Row = std::tuple<std::string, std::optional<std::int64_t>>;
    CHECK(db.run(query) == std::vector<Row>{{"sales", 90}, {"works", 50}});
    const std::vector<Load> all = db.run(select<Load>().with(cte<"load">(load())));
    CHECK(all.size() == 3);
}

TEST_CASE("a query of whole rows is read under its name")
{
    Staff db;
    const auto rich = alias<"rich">[col<&Employee::salary>];
    const auto query = select<Alias<"rich", Employee>>()
                           .with(cte<"rich">(select<Employee>().where(col<&Employee::salary> > 25)))
                           .where(rich < 45)
                           .order_by(rich);
    CHECK(
        text_of(query) ==
        R"(WITH "rich" ("id", "name", "boss", "department", "salary") AS (SELECT "employee"."id", )"
        R"("employee"."name", "employee"."boss", "employee"."department", "employee"."salary" FROM "employee" )"
        R"(WHERE "employee"."salary" > ?) SELECT "rich"."id", "rich"."name", "rich"."boss", "rich"."department", )"
        R"("rich"."salary" FROM "rich" WHERE "rich"."salary" < ? ORDER BY "rich"."salary")");
    const std::vector<Employee> found = db.run(query);
    REQUIRE(found.size() == 2);
    CHECK(found[0].id == db.cid);
}

TEST_CASE("queries may read those before them, and be read twice under other names")
{
    Staff db;
    struct Much {
        std::optional<std::int64_t> pay{};
    };
    const auto query =
        select(col<&Much::pay>)
            .with(cte<"load">(load()),
                  cte<"much">(select(col<&Load::pay>).where(col<&Load::pay> > 20).into<Much>()))
            .order_by(col<&Much::pay>);
    CHECK(db.run(query) == std::vector<std::optional<std::int64_t>>{50, 90});
    const auto pairs = select(count())
                           .from<Load>()
                           .join<Alias<"other", Load>>(col<&Load::pay> < alias<"other">[col<&Load::pay>])
                           .with(cte<"load">(load()));
    CHECK(text_of(pairs).find(R"( FROM "load" JOIN "load" AS "other" ON "load"."pay" < "other"."pay")") !=
          std::string::npos);
    CHECK(db.run(one(pairs)) == 3);
}

TEST_CASE("a recursive query walks a tree")
{
    Staff db;
    const auto roots =
        select(col<&Employee::id>, col<&Employee::name>, (col<&Employee::salary> * 0).as<"depth">())
            .where(is_null(col<&Employee::boss>));
    const auto below = select(col<&Employee::id>, col<&Employee::name>, (col<&Tree::depth> + 1).as<"depth">())
                           .from<Employee>()
                           .join<Tree>(col<&Employee::boss> == col<&Tree::id>);
    const auto query = select<Tree>()
                           .with_recursive(cte<"tree">(roots.union_all(below).into<Tree>()))
                           .order_by(col<&Tree::depth>, col<&Tree::name>);
    CHECK(
        text_of(query) ==
        R"(WITH RECURSIVE "tree" ("id", "name", "depth") AS (SELECT "employee"."id", "employee"."name", )"
        R"("employee"."salary" * ? AS "depth" FROM "employee" WHERE "employee"."boss" IS NULL UNION ALL )"
        R"(SELECT "employee"."id", "employee"."name", "tree"."depth" + ? AS "depth" FROM "employee" JOIN "tree" )"
        R"(ON "employee"."boss" = "tree"."id") SELECT "tree"."id", "tree"."name", "tree"."depth" FROM "tree" )"
        R"(ORDER BY "tree"."depth", "tree"."name")");
    const std::vector<Tree> walked = db.run(query);
    std::string names;
    for (const Tree& each : walked) names += each.name + std::to_string(each.depth) + ' ';
    CHECK(names == "ann0 eve0 bob1 cid1 dan2 ");
}

TEST_CASE("a query in FROM, and joined")
{
    Staff db;
    const auto query = select(col<&Load::people>).from(subquery<"t">(load())).where(col<&Load::people> < 2);
    CHECK(text_of(query) ==
          R"(SELECT "t"."people" FROM (SELECT "employee"."department", count(*) AS "people", )"
          R"(sum("employee"."salary") AS "pay" FROM "employee" GROUP BY "employee"."department") AS "t" )"
          R"(WHERE "t"."people" < ?)");
    CHECK(db.run(query) == std::vector<std::int64_t>{1});
    const auto joined = select(col<&Department::name>, col<&Load::people>)
                            .left_join(subquery<"t">(load()), col<&Load::department> == col<&Department::id>)
                            .order_by(col<&Department::name>);
    using Row = std::tuple<std::string, std::optional<std::int64_t>>;
    CHECK(db.run(joined) == std::vector<Row>{{"rest", std::nullopt}, {"sales", 2}, {"works", 2}});
    const auto rows = select<Alias<"t", Employee>>().from(
        subquery<"t">(select<Employee>().order_by(desc(col<&Employee::salary>)).limit(2)));
    CHECK(db.run(rows).size() == 2);
}

TEST_CASE("a key of another tenant is refused in a query with a name")
{
    Staff db;
    const auto stranger = detail::IdAccess::key<Department, Scope>(1, 4);
    const auto bad = load().where(col<&Employee::department> == stranger);
    CHECK(db.fails(select<Load>().with(cte<"load">(bad))) == errc::wrong_tenant);
    CHECK(db.fails(select<Load>().from(subquery<"load">(bad))) == errc::wrong_tenant);
    std::string name = "a name that is too long to be kept in place, and of nobody";
    auto kept = own(select<Load>().with(cte<"load">(load().where(col<&Employee::name> == name))));
    name = "ann";
    CHECK(db.run(kept).empty());
}
