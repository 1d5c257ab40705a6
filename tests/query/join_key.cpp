// join(table<Row>) without a condition along foreign keys that the schema declares: of several columns, or of none that is an id.
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/foreign_key.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/unique.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;

namespace {

struct Zone {
    Id<Zone> id{};
    std::string code{};
};
struct Line {
    std::string name{};
    std::int64_t number{};
    std::optional<std::string> zone{};
};
struct Stop {
    Id<Stop> id{};
    std::string line{};
    std::int64_t number{};
    Id<Zone> zone{};
};
struct Ride {
    std::string line{};
    std::int64_t number{};
    std::int64_t ends{};
    std::int64_t price{};
};

struct Town
    : Schema<Table<"zone", Zone, Unique<&Zone::code>>,
             Table<"line", Line, PrimaryKey<&Line::name, &Line::number>,
                   ForeignKey<Columns<&Line::zone>, References<&Zone::code>>>,
             // the second says in other words what the member says
             Table<"stop", Stop,
                   ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>>,
                   ForeignKey<Columns<&Stop::zone>, References<&Zone::id>>>,
             Table<"ride", Ride, PrimaryKey<&Ride::line, &Ride::number, &Ride::ends>,
                   ForeignKey<Columns<&Ride::number, &Ride::line>, References<&Line::number, &Line::name>>>> {
};

struct Served {
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());

    Served()
    {
        for (const SchemaObject& object : schema_info<Town>().objects)
            test::must(connection.execute(std::string(object.sql).c_str()));
        test::must(connection.execute(
            "insert into zone values (1, 'A'), (2, 'B');"
            "insert into line values ('tram', 1, 'A'), ('tram', 2, 'B'), ('bus', 1, null);"
            "insert into stop values (1, 'tram', 1, 1), (2, 'tram', 2, 1), (3, 'bus', 1, 2);"
            "insert into ride values ('tram', 2, 7, 250), ('bus', 1, 8, 190)"));
    }

    template <class Q>
    auto run(const Q& query)
    {
        return test::must(execute<Town>(connection, query));
    }
};

template <class Q>
std::string text_of(const Q&)
{
    return std::string(sql_text<Town, shape_t<Q>>);
}

using Numbers = std::vector<std::int64_t>;

} // namespace

TEST_CASE("a join follows a declared key of several columns, in both directions")
{
    Served db;
    const auto out = select(col<&Line::zone>).from(table<Stop>).join(table<Line>).order_by(col<&Stop::id>);
    CHECK(text_of(out) == R"(SELECT "line"."zone" FROM "stop" JOIN "line" ON "stop"."line" = "line"."name" )"
                          R"(AND "stop"."number" = "line"."number" ORDER BY "stop"."id")");
    CHECK(db.run(out) == std::vector<std::optional<std::string>>{"A", "B", std::nullopt});
    const auto in = select(col<&Line::name>, col<&Ride::price>)
                        .left_join(table<Ride>)
                        .order_by(col<&Line::name>, col<&Line::number>);
    CHECK(text_of(in) == R"(SELECT "line"."name", "ride"."price" FROM "line" LEFT JOIN "ride" )"
                         R"(ON "ride"."number" = "line"."number" AND "ride"."line" = "line"."name" )"
                         R"(ORDER BY "line"."name", "line"."number")");
    using Fare = std::tuple<std::string, std::optional<std::int64_t>>;
    CHECK(db.run(in) == std::vector<Fare>{{"bus", 190}, {"tram", std::nullopt}, {"tram", 250}});
}

TEST_CASE("and one of a column that is no id")
{
    Served db;
    const auto query = select(col<&Line::number>).join(table<Zone>).where(col<&Zone::code> == "B");
    CHECK(
        text_of(query) ==
        R"(SELECT "line"."number" FROM "line" JOIN "zone" ON "line"."zone" = "zone"."code" WHERE "zone"."code" = ?)");
    CHECK(db.run(query) == Numbers{2});
}

TEST_CASE("what a member says already is one key, not two")
{
    Served db;
    const auto query = select(col<&Zone::code>).from(table<Stop>).join(table<Zone>).order_by(col<&Stop::id>);
    CHECK(text_of(query) == R"(SELECT "zone"."code" FROM "stop" JOIN "zone" ON "stop"."zone" = "zone"."id" )"
                            R"(ORDER BY "stop"."id")");
    CHECK(db.run(query) == std::vector<std::string>{"A", "A", "B"});
}

TEST_CASE("a chain follows both kinds, and a table under another name has its keys, too")
{
    Served db;
    const auto chain = select(col<&Ride::price>).join(table<Line>).join(table<Zone>);
    CHECK(text_of(chain) ==
          R"(SELECT "ride"."price" FROM "ride" JOIN "line" ON "ride"."number" = "line"."number" )"
          R"(AND "ride"."line" = "line"."name" JOIN "zone" ON "line"."zone" = "zone"."code")");
    CHECK(db.run(chain) == Numbers{250});
    constexpr auto way = alias<"way">;
    const auto other = select(way[col<&Line::zone>])
                           .from(table<Ride>)
                           .join(table<Alias<"way", Line>>)
                           .order_by(col<&Ride::price>);
    CHECK(text_of(other) ==
          R"(SELECT "way"."zone" FROM "ride" JOIN "line" AS "way" ON "ride"."number" = "way"."number" )"
          R"(AND "ride"."line" = "way"."name" ORDER BY "ride"."price")");
    CHECK(db.run(other) == std::vector<std::optional<std::string>>{std::nullopt, "B"});
}

TEST_CASE("inside another query it is found as well")
{
    Served db;
    const auto query =
        select(col<&Stop::id>)
            .where(exists(select<Line>()
                              .join(table<Zone>)
                              .where(col<&Line::name> == col<&Stop::line> && col<&Zone::code> == "B")))
            .order_by(col<&Stop::id>);
    CHECK(db.run(query).size() == 2);
}
