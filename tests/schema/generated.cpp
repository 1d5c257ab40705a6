#include <tenantry/schema/generated.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::ask;
using test::must;

namespace generated_tests {

struct Line {
    Id<Line> id{};
    std::string article{};
    std::int64_t price{};
    std::int64_t count{};
    std::int64_t total{};
    std::optional<std::int64_t> each{};
    std::string label{};
    bool free{};
};

inline constexpr auto total = col<&Line::price> * col<&Line::count>;
inline constexpr auto each = col<&Line::price> / col<&Line::count>;
inline constexpr auto label = concat(col<&Line::article>, ": ", col<&Line::article>);
inline constexpr auto is_free = col<&Line::price> == 0;

struct Shop : Schema<Table<"line", Line, Generated<&Line::total, total>,
                           Generated<&Line::each, each, Virtual>, Generated<&Line::label, label, Stored>,
                           Generated<&Line::free, is_free>, Index<"idx_line_total", &Line::total>>> {};

} // namespace generated_tests

using generated_tests::Shop;

TEST_CASE("a generated column says how it is worked out")
{
    CHECK(test::sql_of<Shop>("line") == R"(CREATE TABLE "line" (
    "id" INTEGER PRIMARY KEY,
    "article" TEXT NOT NULL,
    "price" INTEGER NOT NULL,
    "count" INTEGER NOT NULL,
    "total" INTEGER NOT NULL AS ("price" * "count"),
    "each" INTEGER AS ("price" / "count"),
    "label" TEXT NOT NULL AS ("article" || ': ' || "article") STORED,
    "free" INTEGER NOT NULL AS ("price" = 0) CHECK ("free" IN (0, 1))
) STRICT)");
    using Line = table_of<Shop, generated_tests::Line>;
    STATIC_REQUIRE_FALSE(is_generated<Line>(3));
    STATIC_REQUIRE(is_generated<Line>(4));
    STATIC_REQUIRE(is_generated<Line>(6));
}

TEST_CASE("SQLite works it out, and takes no other value")
{
    auto db = test::create<Shop>();
    must(db.execute("INSERT INTO line (article, price, count) VALUES ('tea', 7, 2), ('air', 0, 0)"));
    CHECK(ask(db, "SELECT total || ' ' || each || ' ' || label || ' ' || free FROM line WHERE id = 1") ==
          "14 3 tea: tea 0");
    CHECK(ask(db, "SELECT (each IS NULL) || free FROM line WHERE id = 2") == "11");
    must(db.execute("UPDATE line SET count = 3 WHERE id = 1"));
    CHECK(ask(db, "SELECT total FROM line WHERE id = 1") == "21");
    CHECK_FALSE(db.execute("UPDATE line SET total = 3 WHERE id = 1"));
    const sqlite::Privileged gate(db);
    CHECK(ask(db, "SELECT group_concat(hidden, '') FROM pragma_table_xinfo('line')") == "00002232");
}
