#include <tenantry/expr/detail/text.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using detail::static_text;
using detail::TextSink;

namespace {

struct Greeting {
    static constexpr void render(TextSink& out)
    {
        out.text("hello");
        out.put(' ');
        out.identifier("wo\"rld");
        out.text(" = ");
        out.literal("it's");
    }
};

struct Nothing {
    static constexpr void render(TextSink&) {}
};

template <std::int64_t Value>
struct Number {
    static constexpr void render(TextSink& out) { out.integer(Value); }
};

struct Long {
    static constexpr void render(TextSink& out)
    {
        for (int i = 0; i < 5'000; ++i) out.text("0123456789"); // more than a table of 100 columns takes
    }
};

} // namespace

TEST_CASE("text is written at compile time and ends in a zero")
{
    STATIC_REQUIRE(static_text<Greeting> == R"(hello "wo""rld" = 'it''s')");
    STATIC_REQUIRE(static_text<Greeting>.data()[static_text<Greeting>.size()] == '\0');
    STATIC_REQUIRE(static_text<Nothing>.empty());
}

TEST_CASE("integers are written as SQLite reads them")
{
    STATIC_REQUIRE(static_text<Number<0>> == "0");
    STATIC_REQUIRE(static_text<Number<-7>> == "-7");
    STATIC_REQUIRE(static_text<Number<std::numeric_limits<std::int64_t>::max()>> == "9223372036854775807");
    constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
    test::ValueProbe probe;
    std::int64_t read = 0;
    auto statement =
        test::must(probe.connection().prepare("SELECT " + std::string(static_text<Number<smallest>>)));
    REQUIRE(test::must(statement.step()));
    CHECK(statement.storage(0) == sqlite::Storage::integer);
    read = statement.integer(0);
    CHECK(read == smallest);
}

TEST_CASE("a long text stays within the compilers' limits")
{
    STATIC_REQUIRE(static_text<Long>.size() == 50'000);
    CHECK(static_text<Long>.substr(49'990) == "0123456789");
}
