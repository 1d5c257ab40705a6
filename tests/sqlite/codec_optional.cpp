#include <tenantry/sqlite/codec_optional.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <tenantry/sqlite/codec_number.hpp>
#include <tenantry/sqlite/codec_text.hpp>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using sqlite::Misfit;
using test::ValueProbe;

TEST_CASE("an empty optional is NULL, a full one its value")
{
    ValueProbe probe;
    CHECK(probe.stored(std::optional<int>()) == "null NULL");
    CHECK(probe.stored(std::optional<int>(7)) == "integer 7");
    CHECK(probe.stored(std::optional<std::string_view>("view")) == "text 'view'");
    CHECK(probe.stored(std::nullopt) == "null NULL");
    CHECK(probe.there_and_back(std::optional<std::string>("")) == std::optional<std::string>(""));
    CHECK_FALSE(probe.there_and_back(std::optional<std::string>()).has_value());
}

TEST_CASE("NULL empties what was full")
{
    ValueProbe probe;
    std::optional<int> value = 3;
    CHECK(probe.read("NULL", value) == Misfit::none);
    CHECK_FALSE(value.has_value());
    CHECK(probe.read("4", value) == Misfit::none);
    CHECK(value == 4);
}

TEST_CASE("a value inside has to fit like one outside")
{
    ValueProbe probe;
    CHECK(probe.misfit<std::optional<int>>("'4'") == Misfit::wrong_storage);
    CHECK(probe.misfit<std::optional<std::int8_t>>("200") == Misfit::out_of_range);
    CHECK(probe.refusal(std::optional<double>(std::numeric_limits<double>::quiet_NaN())).has_value());
}

TEST_CASE("an optional of an optional is no column")
{
    STATIC_REQUIRE(sqlite::Storable<std::optional<int>>);
    STATIC_REQUIRE(sqlite::is_nullable<std::optional<int>>);
    STATIC_REQUIRE_FALSE(sqlite::is_nullable<int>);
    STATIC_REQUIRE_FALSE(sqlite::Bindable<std::optional<std::optional<int>>>);
    STATIC_REQUIRE_FALSE(sqlite::Bindable<std::optional<int*>>);
}
