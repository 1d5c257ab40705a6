#include <tenantry/core/enum_names.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace tenantry;

namespace {

enum class Plain { first, second, third };

enum class Gaps : unsigned char { one = 1, seven = 7, last = 127 };

enum class Below : long { minus = -2, zero = 0, plus = 3 };

enum class Twice { name = 4, alias = 4, other };

enum class Tiny : std::int8_t { low, high = 127 };

enum class Wide : std::uint64_t { low, high = 3 };

template <class, int>
struct Outer {
    enum class Inner { a, b = 3 };
};

enum class Unusual { _under, camelCase, with9digits, x };

} // namespace

template <>
struct tenantry::EnumRange<Below> {
    static constexpr int first = -3;
    static constexpr int last = 3;
};

TEST_CASE("an enumerator has the name it is written by")
{
    STATIC_REQUIRE(enum_name(Plain::first) == "first");
    STATIC_REQUIRE(enum_name(Plain::third) == "third");
    STATIC_REQUIRE(enum_name(Unusual::_under) == "_under");
    STATIC_REQUIRE(enum_name(Unusual::camelCase) == "camelCase");
    STATIC_REQUIRE(enum_name(Unusual::with9digits) == "with9digits");
    STATIC_REQUIRE(enum_name(Unusual::x) == "x");
}

TEST_CASE("a name finds its enumerator, case and all")
{
    STATIC_REQUIRE(enum_value<Plain>("second") == Plain::second);
    STATIC_REQUIRE_FALSE(enum_value<Plain>("Second").has_value());
    STATIC_REQUIRE_FALSE(enum_value<Plain>("secon").has_value());
    STATIC_REQUIRE_FALSE(enum_value<Plain>("second ").has_value());
    STATIC_REQUIRE_FALSE(enum_value<Plain>("").has_value());
}

TEST_CASE("a value between or beyond the enumerators has no name")
{
    STATIC_REQUIRE(enum_names<Gaps>.size() == 3);
    STATIC_REQUIRE(enum_name(Gaps::seven) == "seven");
    STATIC_REQUIRE(enum_name(Gaps::last) == "last");
    STATIC_REQUIRE(enum_name(static_cast<Gaps>(0)).empty());
    STATIC_REQUIRE(enum_name(static_cast<Gaps>(6)).empty());
    STATIC_REQUIRE(enum_name(static_cast<Gaps>(128)).empty());
    STATIC_REQUIRE(enum_name(static_cast<Gaps>(255)).empty());
    STATIC_REQUIRE(enum_name(static_cast<Plain>(-1)).empty());
    STATIC_REQUIRE(enum_name(static_cast<Plain>(std::numeric_limits<int>::max())).empty());
    STATIC_REQUIRE(enum_name(static_cast<Plain>(std::numeric_limits<int>::min())).empty());
    STATIC_REQUIRE(enum_name(static_cast<Wide>(std::numeric_limits<std::uint64_t>::max())).empty());
}

TEST_CASE("the range can be moved below zero")
{
    STATIC_REQUIRE(enum_names<Below>.size() == 3);
    STATIC_REQUIRE(enum_name(Below::minus) == "minus");
    STATIC_REQUIRE(enum_name(Below::plus) == "plus");
    STATIC_REQUIRE(enum_value<Below>("minus") == Below::minus);
    STATIC_REQUIRE(enum_name(static_cast<Below>(-3)).empty());
    STATIC_REQUIRE(enum_name(static_cast<Below>(-4)).empty());
    STATIC_REQUIRE(enum_name(static_cast<Below>(std::numeric_limits<long>::max())).empty());
}

TEST_CASE("the range ends where the underlying type does")
{
    STATIC_REQUIRE(enum_names<Tiny>.size() == 2);
    STATIC_REQUIRE(enum_name(Tiny::high) == "high");
    STATIC_REQUIRE(enum_name(static_cast<Tiny>(-128)).empty());
    STATIC_REQUIRE(enum_name(Wide::high) == "high");
}

TEST_CASE("two enumerators of one value count as the first of them")
{
    STATIC_REQUIRE(enum_names<Twice>.size() == 2);
    STATIC_REQUIRE(enum_name(Twice::alias) == "name");
    STATIC_REQUIRE_FALSE(enum_value<Twice>("alias").has_value());
}

TEST_CASE("names and values go side by side, in ascending order")
{
    STATIC_REQUIRE(enum_names<Below>.size() == enum_values<Below>.size());
    STATIC_REQUIRE(enum_values<Below>[0] == Below::minus);
    STATIC_REQUIRE(enum_names<Below>[0] == "minus");
    STATIC_REQUIRE(enum_values<Below>[2] == Below::plus);
    STATIC_REQUIRE(enum_names<Below>[2] == "plus");
}

TEST_CASE("where the enumeration is declared does not matter")
{
    using Nested = Outer<Outer<int, (3 > 2)>, 4>::Inner;
    STATIC_REQUIRE(enum_names<Nested>.size() == 2);
    STATIC_REQUIRE(enum_name(Nested::b) == "b");

    enum class Local { here, there };
    STATIC_REQUIRE(enum_name(Local::there) == "there");
}

TEST_CASE("names are kept in a storage of their own")
{
    // One after the other, without what the compiler writes around them.
    const std::string_view first = enum_name(Plain::first);
    CHECK(std::string(first.data(), 16) == "firstsecondthird");
}
