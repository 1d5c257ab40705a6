// Columns that the database computes are read, and left out by what writes rows.
#include "query/schema.hpp"
#include "support/catch.hpp"
#include "support/must.hpp"

#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/generated.hpp>

using namespace query_tests;

namespace {

struct Line {
    Id<Line> id{};
    std::int64_t price{};
    std::int64_t count{};
    std::int64_t total{};
};
inline constexpr auto line_total = col<&Line::price> * col<&Line::count>;
struct Bill : Schema<Table<"line", Line, Generated<&Line::total, line_total, Stored>>> {};

template <class Q>
std::string bill_text(const Q&)
{
    return std::string(sql_text<Bill, shape_t<Q>>);
}

} // namespace

TEST_CASE("a generated column is never written, and always read")
{
    auto connection = test::must(sqlite::Connection::open_memory());
    for (const SchemaObject& object : schema_info<Bill>().objects)
        test::must(connection.execute(std::string(object.sql).c_str()));
    Line line{.id = {}, .price = 3, .count = 4, .total = 999};
    CHECK(bill_text(insert(line)) == R"(INSERT INTO "line" ("id", "price", "count") VALUES (?, ?, ?))");
    CHECK(bill_text(update(line)) == R"(UPDATE "line" SET "price" = ?, "count" = ? WHERE "id" = ?)");
    CHECK(bill_text(upsert(line)) ==
          R"(INSERT INTO "line" ("id", "price", "count") VALUES (?, ?, ?) ON CONFLICT ("id") DO UPDATE)"
          R"( SET "price" = excluded."price", "count" = excluded."count")");

    line.id = test::must(execute<Bill>(connection, insert(line)));
    CHECK(test::must(execute<Bill>(connection, one(select<Line>()))).total == 12);
    line.count = 5;
    CHECK(test::must(execute<Bill>(connection, one(update(line).returning(col<&Line::total>)))) == 15);
    line.price = 10;
    test::must(execute<Bill>(connection, upsert(line)));
    CHECK(test::must(execute<Bill>(connection, one(select(col<&Line::total>)))) == 50);
    CHECK(test::must(
              execute<Bill>(connection, insert<Line>().set(col<&Line::price> = 1, col<&Line::count> = 1)))
              .value() == 2);
}
