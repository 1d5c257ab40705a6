// What can be said in a query can be said in a declaration: each kind of expression, in a CHECK that SQLite takes.
#include <tenantry/schema/detail/declared_expression.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/default.hpp>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::ask;
using test::must;

namespace declared_expression_tests {

enum class Kind { small, large };

struct Row {
    Id<Row> id{};
    std::string text{};
    std::optional<std::string> note{};
    Kind kind{};
    bool flag{};
    std::int64_t number{};
    double real{};
    Timestamp at{};
};

inline constexpr auto among = in(col<&Row::kind>, Kind::small, Kind::large);
inline constexpr auto within = between(col<&Row::number>, -10, 10);
inline constexpr auto like_it = like(col<&Row::text>, "a%") || glob(col<&Row::text>, "b*");
inline constexpr auto there = coalesce(col<&Row::note>, "none") != "bad";
inline constexpr auto either = iif(col<&Row::flag>, col<&Row::number>, 0) < 9;
inline constexpr auto short_one = length(trim(lower(col<&Row::text>))) <= 5;
inline constexpr auto sum_of = (col<&Row::number> + 1) * 2 - -3 < 30;
inline constexpr auto same = collate<"nocase">(col<&Row::text>) != "ALL";
inline constexpr auto as_text = cast<std::string>(col<&Row::number>) != "7";
inline constexpr auto no_null = is_null(col<&Row::note>) || is_not(col<&Row::note>, "x");
inline constexpr auto case_of = case_().when(col<&Row::flag>, 1).otherwise(0) <= 1;
inline constexpr auto called = call<"abs", std::int64_t>(col<&Row::number>) < 100;
inline constexpr auto any_number = random_integer();

struct S : Schema<Table<"t", Row, Check<"among", among>, Check<"within", within>, Check<"like", like_it>,
                        Check<"there", there>, Check<"either", either>, Check<"short", short_one>,
                        Check<"sum", sum_of>, Check<"same", same>, Check<"as_text", as_text>,
                        Check<"no_null", no_null>, Check<"case", case_of>, Check<"called", called>,
                        Default<&Row::number, Expr<any_number>>>> {};

} // namespace declared_expression_tests

using declared_expression_tests::S;

TEST_CASE("every kind of expression can be declared")
{
    const std::string sql(test::sql_of<S>("t"));
    for (const char* text :
         {R"("number" INTEGER NOT NULL DEFAULT (random()))",
          R"(CHECK ("kind" = 'small' OR "kind" = 'large'))", R"("number" BETWEEN -10 AND 10)", R"('a%')",
          R"(coalesce("note", 'none') <> 'bad')", R"(iif("flag", "number", 0) < 9)",
          R"(length(trim(lower("text"))) <= 5)", R"(CHECK (("number" + 1) * 2 - -3 < 30))",
          R"(CAST("number" AS TEXT) <> '7')", R"("note" IS NULL)", R"(abs("number") < 100)"}) {
        INFO(text);
        CHECK_THAT(sql, ContainsSubstring(text));
    }
    auto db = test::create<S>();
    const auto insert = [&](const std::string& text, int number, const char* flag = "0") {
        return !test::is_refused(db, "INSERT INTO t (text, kind, flag, number, real, at) VALUES ('" + text +
                                         "', 'small', " + flag + ", " + std::to_string(number) + ", 0.5, 0)");
    };
    CHECK(insert("abc", 3));
    CHECK(insert("b", -4));
    CHECK_FALSE(insert("c", 3));       // like
    CHECK_FALSE(insert("abcdefg", 3)); // short
    CHECK_FALSE(insert("all", 3));     // same
    CHECK_FALSE(insert("a", 7));       // as_text
    CHECK_FALSE(insert("a", 11));      // within
    CHECK_FALSE(insert("a", 10, "1")); // either
}
