#include <tenantry/expr/detail/literal.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/sqlite/connection.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace std::chrono;
using detail::Literal;
using detail::literal_of;
using test::must;

namespace {

enum class Size { small, large };

template <class T>
std::string literal(const T& value)
{
    std::string text(200, ' ');
    detail::TextSink sink(text.data());
    detail::render_literal(sink, value);
    text.resize(sink.size());
    return text;
}

// Whether SQLite reads the literal as the value.
template <class T>
bool is_read_back(const T& value)
{
    auto db = must(sqlite::Connection::open_memory());
    auto statement =
        must(db.prepare("SELECT ?1 IS " + literal(value) + ", typeof(?1) = typeof(" + literal(value) + ')'));
    sqlite::Codec<T>::bind(statement, 1, value);
    REQUIRE(must(statement.step()));
    return statement.integer(0) == 1 && statement.integer(1) == 1;
}

} // namespace

TEST_CASE("a literal is the value that would be bound")
{
    CHECK(literal(true) == "1");
    CHECK(literal(-7) == "-7");
    CHECK(literal(1.5) == "1.5");
    CHECK(literal(std::string_view("it's")) == "'it''s'");
    CHECK(literal(Size::large) == "'large'");
    CHECK(literal(std::optional<int>()) == "NULL");
    CHECK(literal(std::optional<int>(3)) == "3");
    CHECK(literal(std::nullopt) == "NULL");
    CHECK(literal(std::array{std::byte{0}, std::byte{0xaf}}) == "x'00af'");
    CHECK(literal(seconds(30)) == "30");
    CHECK(literal(Timestamp(milliseconds(-1))) == "-1");
    CHECK(literal(year(1970) / January / 3) == "2");
    CHECK(literal(local_days(days(5))) == "5");

    CHECK(is_read_back(std::numeric_limits<std::int64_t>::min()));
    CHECK(is_read_back(std::numeric_limits<std::int64_t>::max()));
    CHECK(is_read_back(0.1));
    CHECK(is_read_back(-99999.000001));
    CHECK(is_read_back(std::string_view("\xff'\"\n")));
    CHECK(is_read_back(std::array{std::byte{0}, std::byte{1}, std::byte{0xff}}));
    CHECK(is_read_back(Size::small));
    CHECK(is_read_back(year(1950) / February / 28));
}

TEST_CASE("what has none is found out")
{
    CHECK(literal_of(1) == Literal::fits);
    CHECK(literal_of(std::numeric_limits<std::uint64_t>::max()) == Literal::range);
    CHECK(literal_of(1.0 / 3) == Literal::digits);
    CHECK(literal_of(std::numeric_limits<double>::infinity()) == Literal::digits);
    CHECK(literal_of(std::string_view("a\0b", 3)) == Literal::zero);
    CHECK(literal_of(static_cast<Size>(7)) == Literal::no_enumerator);
    CHECK(literal_of(std::optional<double>(1.0 / 3)) == Literal::digits);
    CHECK(literal_of(std::optional<double>()) == Literal::fits);
    CHECK(literal_of(year(2023) / February / 29) == Literal::no_date);
}
