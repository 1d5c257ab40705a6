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
    return select(col<&Employee::department>, count().as("people"_n), sum(col<&Employee::salary>).as("pay"_n))
        .group_by(col<&Employee::department>)
        .into(table<Load>);
}

// Of somebody without a department all of it is NULL.
struct Seat {
    std::optional<std::string> floor{};
    std::optional<Id<Department>> department{};

    friend bool operator==(const Seat&, const Seat&) = default;
};
auto seats()
{
    return select(col<&Department::floor>, col<&Employee::department>)
        .from(table<Employee>)
        .left_join(table<Department>)
        .into(table<Seat>);
}

struct Upstairs {
    std::optional<std::string> floor{};
    std::optional<std::string> no_floor{};
};
inline constexpr auto floors =
    select(col<&Department::floor>, nullif(col<&Department::floor>, "first").as("no_floor"_n));

struct House : Schema<Table<"department", Department>, Table<"employee", Employee>,
                      View<"upstairs", Upstairs, floors>> {};

} // namespace

TEST_CASE("a query with a name is read by the struct it goes into")
{
    Staff db;
    const auto query = select(col<&Department::name>, col<&Load::pay>)
                           .join(table<Load>, col<&Load::department> == col<&Department::id>)
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
                  cte<"much">(select(col<&Load::pay>).where(col<&Load::pay> > 20).into(table<Much>)))
            .order_by(col<&Much::pay>);
    CHECK(db.run(query) == std::vector<std::optional<std::int64_t>>{50, 90});
    const auto pairs =
        select(count())
            .from(table<Load>)
            .join(table<Alias<"other", Load>>, col<&Load::pay> < alias<"other">[col<&Load::pay>])
            .with(cte<"load">(load()));
    CHECK(text_of(pairs).find(R"( FROM "load" JOIN "load" AS "other" ON "load"."pay" < "other"."pay")") !=
          std::string::npos);
    CHECK(db.run(one(pairs)) == 3);
}

TEST_CASE("a recursive query walks a tree")
{
    Staff db;
    const auto roots =
        select(col<&Employee::id>, col<&Employee::name>, (col<&Employee::salary> * 0).as("depth"_n))
            .where(is_null(col<&Employee::boss>));
    const auto below = select(col<&Employee::id>, col<&Employee::name>, (col<&Tree::depth> + 1).as("depth"_n))
                           .from(table<Employee>)
                           .join(table<Tree>, col<&Employee::boss> == col<&Tree::id>);
    const auto query = select<Tree>()
                           .with_recursive(cte<"tree">(roots.union_all(below).into(table<Tree>)))
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

TEST_CASE("a row that a left join found is there, even if all of it is NULL")
{
    Staff db;
    const auto nobody = is_null(col<&Seat::department>);
    // eve's seat is NULL altogether, and ann has none
    const auto query = select(col<&Employee::name>, row<Seat>, col<&Employee::salary>)
                           .with(cte<"seat">(seats()))
                           .left_join(table<Seat>, nobody && col<&Employee::name> == "eve")
                           .where(in(col<&Employee::name>, Names{"eve", "ann"}))
                           .order_by(col<&Employee::name>);
    CHECK(text_of(query).find(
              R"("seat"."department", "seat"."tenantry_found", "employee"."salary" FROM "employee" )"
              R"(LEFT JOIN (SELECT *, 1 AS "tenantry_found" FROM "seat") AS "seat" ON )") !=
          std::string::npos);
    using Row = std::tuple<std::string, std::optional<Seat>, std::int64_t>;
    const std::vector<Row> expected{{"ann", std::nullopt, 50}, {"eve", Seat{}, 10}};
    CHECK(db.run(query) == expected);
    CHECK(db.run(first(query)) == expected[0]);

    const auto nested = select(col<&Employee::name>, row<Seat>, col<&Employee::salary>)
                            .left_join(subquery<"t">(seats()), nobody && col<&Employee::name> == "eve")
                            .where(col<&Employee::salary> == 10 || col<&Employee::salary> == 50)
                            .order_by(col<&Employee::name>);
    CHECK(db.run(nested) == expected);

    const auto other = alias<"other">;
    const auto both = select(col<&Employee::name>, row<Alias<"other", Seat>>, col<&Employee::salary>)
                          .with(cte<"seat">(seats()))
                          .left_join(table<Alias<"other", Seat>>,
                                     is_null(other[col<&Seat::department>]) && col<&Employee::name> == "eve")
                          .where(col<&Employee::salary> == 10 || col<&Employee::salary> == 50)
                          .order_by(col<&Employee::name>);
    CHECK(db.run(both) == expected);

    const auto alone = select<Seat>()
                           .from(table<Employee>)
                           .with(cte<"seat">(seats()))
                           .left_join(table<Seat>, nobody && col<&Employee::name> == "eve")
                           .order_by(col<&Employee::name>);
    const std::vector<std::optional<Seat>> seen = db.run(alone);
    CHECK(seen == std::vector<std::optional<Seat>>{{}, {}, {}, {}, Seat{}});

    // Where columns are read there is no such column, nor inside other statements.
    CHECK(text_of(select(col<&Seat::floor>)
                      .from(table<Employee>)
                      .with(cte<"seat">(seats()))
                      .left_join(table<Seat>, nobody))
              .find("tenantry_found") == std::string::npos);
    CHECK(db.run(select(count()).from(table<Department>).where(exists(alone))) ==
          std::vector<std::int64_t>{3});
}

TEST_CASE("the same of a view, and values behind such a row that do not fit are named")
{
    auto connection = test::must(sqlite::Connection::open_memory());
    // Not STRICT, so that a text can be a blob.
    test::must(connection.execute("CREATE TABLE department (id INTEGER PRIMARY KEY, name, floor);"
                                  "INSERT INTO department VALUES (1, 'sales', 'first'), (2, 'works', NULL), "
                                  "(3, 'rest', NULL)"));
    test::must(connection.execute(std::string(schema_info<House>().objects.back().sql).c_str()));
    const auto query =
        select(row<Upstairs>, col<&Department::name>)
            .from(table<Department>)
            .left_join(table<Upstairs>, is_null(col<&Upstairs::floor>) && col<&Department::name> == "rest")
            .where(col<&Department::name> != "sales")
            .order_by(desc(col<&Department::name>));
    auto rows = test::must(execute<House>(connection, query));
    REQUIRE(rows.size() == 3); // works, and rest twice
    CHECK_FALSE(std::get<0>(rows[0]));
    CHECK(std::get<0>(rows[1]));
    CHECK(std::get<0>(rows[2]));
    test::must(connection.execute("UPDATE department SET name = x'ff' WHERE name = 'works'"));
    const auto failed = execute<House>(connection, query);
    REQUIRE_FALSE(failed);
    CHECK(failed.error() == errc::value_misfit);
    CHECK(std::string(failed.error().message()).find("column 'name' of table 'department'") !=
          std::string::npos);
}
