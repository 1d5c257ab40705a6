#include <tenantry/core/detail/fixed_string.hpp>

#include <string>
#include <type_traits>

#include "support/catch.hpp"

using namespace tenantry;

namespace {

template <FixedString Name>
struct Named {
    static constexpr std::string_view name = Name.view();
};

} // namespace

TEST_CASE("a string literal is a template argument without its final zero")
{
    CHECK(Named<"config">::name == "config");
    CHECK(Named<"config">::name.size() == 6);
    CHECK(Named<"">::name.empty());
    STATIC_REQUIRE(FixedString("abc").size() == 3);
}

TEST_CASE("the same text is the same type, another text another")
{
    STATIC_REQUIRE(std::is_same_v<Named<"a">, Named<"a">>);
    STATIC_REQUIRE_FALSE(std::is_same_v<Named<"a">, Named<"b">>);
    STATIC_REQUIRE_FALSE(std::is_same_v<Named<"a">, Named<"a ">>);
}

TEST_CASE("a zero and other bytes inside the text are kept")
{
    constexpr FixedString text("a\0\xc3\xa9");
    CHECK(text.view() == std::string_view("a\0\xc3\xa9", 4));
}

TEST_CASE("it can be handed on as C text")
{
    static constexpr FixedString text("config");
    CHECK(std::string(text.data) == "config");
    const std::string_view view = text;
    CHECK(view == "config");
}
