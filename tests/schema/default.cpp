#include <tenantry/schema/default.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/expr/arithmetic.hpp>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using namespace std::chrono;
using test::ask;
using test::must;

namespace {

enum class Mode { slow, fast };
enum class Rank { none = 0, first = 1 };

} // namespace

template <>
inline constexpr EnumStorage tenantry::enum_storage<Rank> = EnumStorage::integer;

namespace {

struct Row {
    Id<Row> id{};
    int number{};
    std::int64_t smallest{};
    std::uint8_t byte{};
    bool flag{};
    double ratio{};
    double whole{};
    double negative{};
    float single{};
    std::string text{};
    std::string empty{};
    Mode mode{};
    Rank rank{};
    std::optional<int> maybe{};
    seconds timeout{};
    duration<double> span{};
    std::optional<duration<float, std::milli>> maybe_span{};
    Timestamp at{};
    std::optional<Timestamp> maybe_at{};
};

struct Defaults
    : Schema<Table<
          "t", Row, Default<&Row::number, -42>,
          Default<&Row::smallest, std::numeric_limits<std::int64_t>::min()>, Default<&Row::byte, 255>,
          Default<&Row::flag, true>, Default<&Row::ratio, 0.1>, Default<&Row::whole, 3>,
          Default<&Row::negative, -1234.000001>, Default<&Row::single, 2.5f>,
          Default<&Row::text, "it's \"quoted\"">, Default<&Row::empty, "">, Default<&Row::mode, Mode::fast>,
          Default<&Row::rank, Rank::first>, Default<&Row::maybe, 7>, Default<&Row::timeout, 30>,
          Default<&Row::span, 0>, Default<&Row::maybe_span, 2.5>,
          Default<&Row::at, Timestamp::rep{1'714'571'100'007}>, Default<&Row::maybe_at, current_timestamp>>> {
};

struct Token {
    Id<Token> id{};
    std::int64_t expires{};
    std::string text{};
};
} // namespace

namespace default_tests {
inline constexpr auto in_a_day = detail::compound<detail::Plus, std::int64_t>(
    detail::Parameter<std::int64_t>{86400}, detail::Parameter<std::int64_t>{1});
} // namespace default_tests

namespace {

struct Tokens : Schema<Table<"token", Token, Default<&Token::expires, Expr<default_tests::in_a_day>>>> {};

struct Clocks {
    Id<Clocks> id{};
    sys_days days{};
    sys_seconds seconds{};
    Timestamp millis{};
    sys_time<microseconds> micros{};
    std::string text{};
};

struct Times
    : Schema<Table<"t", Clocks, Default<&Clocks::days, current_timestamp>,
                   Default<&Clocks::seconds, current_timestamp>, Default<&Clocks::millis, current_timestamp>,
                   Default<&Clocks::micros, current_timestamp>, Default<&Clocks::text, current_timestamp>>> {
};

std::string written(double value, detail::DecimalReal real)
{
    CHECK(real.exact);
    std::string text(64, ' ');
    detail::TextSink out(text.data());
    detail::render_decimal(out, real);
    text.resize(out.size());
    CHECK(std::stod(text) == value);
    return text;
}

} // namespace

TEST_CASE("a default is written as its column is stored")
{
    CHECK(test::sql_of<Defaults>("t") == R"(CREATE TABLE "t" (
    "id" INTEGER PRIMARY KEY,
    "number" INTEGER NOT NULL DEFAULT -42,
    "smallest" INTEGER NOT NULL DEFAULT (-9223372036854775807 - 1),
    "byte" INTEGER NOT NULL DEFAULT 255,
    "flag" INTEGER NOT NULL DEFAULT 1 CHECK ("flag" IN (0, 1)),
    "ratio" REAL NOT NULL DEFAULT 0.1,
    "whole" REAL NOT NULL DEFAULT 3,
    "negative" REAL NOT NULL DEFAULT -1234.000001,
    "single" REAL NOT NULL DEFAULT 2.5,
    "text" TEXT NOT NULL DEFAULT 'it''s "quoted"',
    "empty" TEXT NOT NULL DEFAULT '',
    "mode" TEXT NOT NULL DEFAULT 'fast' CHECK ("mode" = 'slow' OR "mode" = 'fast'),
    "rank" INTEGER /* tenantry: enum none=0 first=1 */ NOT NULL DEFAULT 1 CHECK ("rank" = 0 OR "rank" = 1),
    "maybe" INTEGER DEFAULT 7,
    "timeout" INTEGER /* tenantry: duration in 1 s */ NOT NULL DEFAULT 30,
    "span" REAL /* tenantry: duration in 1 s */ NOT NULL DEFAULT 0,
    "maybe_span" REAL /* tenantry: duration in 1/1000 s */ DEFAULT 2.5,
    "at" INTEGER /* tenantry: time in 1/1000 s */ NOT NULL DEFAULT 1714571100007,
    "maybe_at" INTEGER /* tenantry: time in 1/1000 s */ DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
) STRICT)");
}

TEST_CASE("SQLite fills in what was declared")
{
    auto db = test::create<Defaults>();
    must(db.execute("INSERT INTO t DEFAULT VALUES"));
    CHECK(ask(db, "SELECT number FROM t") == "-42");
    CHECK(ask(db, "SELECT smallest FROM t") == "-9223372036854775808");
    CHECK(ask(db, "SELECT typeof(smallest) FROM t") == "integer");
    CHECK(ask(db, "SELECT ratio = 0.1 FROM t") == "1");
    CHECK(ask(db, "SELECT typeof(whole) || whole FROM t") == "real3.0");
    CHECK(ask(db, "SELECT text FROM t") == "it's \"quoted\"");
    CHECK(ask(db, "SELECT mode FROM t") == "fast");
    CHECK(ask(db, "SELECT maybe FROM t") == "7");
    CHECK(ask(db, "SELECT typeof(span) || span FROM t") == "real0.0");
}

TEST_CASE("current_timestamp is the present in the column's own unit")
{
    auto db = test::create<Times>();
    const auto before = floor<milliseconds>(system_clock::now());
    must(db.execute("INSERT INTO t DEFAULT VALUES"));
    const auto after = floor<milliseconds>(system_clock::now());

    const Timestamp stored{milliseconds(std::stoll(ask(db, "SELECT millis FROM t")))};
    CHECK(before <= stored);
    CHECK(stored <= after);
    CHECK(ask(db, "SELECT seconds = millis / 1000 FROM t") == "1");
    CHECK(ask(db, "SELECT micros = millis * 1000 FROM t") == "1");
    CHECK(ask(db, "SELECT days = millis / 86400000 FROM t") == "1");
    CHECK(ask(db, "SELECT text = strftime('%Y-%m-%d %H:%M:%S', seconds, 'unixepoch') FROM t") == "1");
}

TEST_CASE("a floating-point default is as short as it is written, and exact")
{
    using detail::decimal_of;
    CHECK(written(0.0, decimal_of(0.0)) == "0.0");
    CHECK(written(5.0, decimal_of(5.0)) == "5.0");
    CHECK(written(0.05, decimal_of(0.05)) == "0.05");
    CHECK(written(-0.05, decimal_of(-0.05)) == "-0.05");
    CHECK(written(99.99, decimal_of(99.99)) == "99.99");
    CHECK(written(0.000001, decimal_of(0.000001)) == "0.000001");
    CHECK(written(123456789.0, decimal_of(123456789.0)) == "123456789.0");
    CHECK_FALSE(decimal_of(1.0 / 3).exact);
    CHECK_FALSE(decimal_of(1e300).exact);
    CHECK_FALSE(decimal_of(std::numeric_limits<double>::infinity()).exact);
    CHECK_FALSE(decimal_of(std::numeric_limits<double>::quiet_NaN()).exact);
}

TEST_CASE("a default has to be a value of its column")
{
    using detail::default_fits;
    STATIC_REQUIRE(default_fits<std::uint8_t, 255>());
    STATIC_REQUIRE_FALSE(default_fits<std::uint8_t, 256>());
    STATIC_REQUIRE_FALSE(default_fits<std::uint8_t, -1>());
    STATIC_REQUIRE_FALSE(default_fits<bool, 1>());
    STATIC_REQUIRE_FALSE(default_fits<int, true>());
    STATIC_REQUIRE_FALSE(default_fits<Mode, 1>());
    STATIC_REQUIRE_FALSE(default_fits<Mode, Rank::first>());
    STATIC_REQUIRE_FALSE(default_fits<int, Rank::first>());
    STATIC_REQUIRE_FALSE(default_fits<std::string, 1>());
    STATIC_REQUIRE_FALSE(default_fits<int, FixedString("1")>());
    STATIC_REQUIRE_FALSE(default_fits<Mode, FixedString("fast")>());
    STATIC_REQUIRE_FALSE(default_fits<int, current_timestamp>());
    STATIC_REQUIRE_FALSE(default_fits<seconds, current_timestamp>());
    STATIC_REQUIRE(default_fits<std::optional<std::string>, FixedString("x")>());
    STATIC_REQUIRE(default_fits<std::optional<Timestamp>, current_timestamp>());
}

TEST_CASE("a default may be an expression")
{
    CHECK_THAT(std::string(test::sql_of<Tokens>("token")),
               ContainsSubstring("\"expires\" INTEGER NOT NULL DEFAULT (86400 + 1)"));
    auto db = test::create<Tokens>();
    must(db.execute("INSERT INTO token (text) VALUES ('a')"));
    CHECK(ask(db, "SELECT expires FROM token") == "86401");
    STATIC_REQUIRE(has_default<table_of<Tokens, Token>>(1));
}
