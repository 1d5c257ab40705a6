#include <tenantry/sqlite/codec_number.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using sqlite::Misfit;
using test::ValueProbe;

TEMPLATE_TEST_CASE("an integer keeps its limits", "", signed char, unsigned char, short, unsigned short, int,
                   unsigned int, long, long long, std::int64_t)
{
    ValueProbe probe;
    using Limits = std::numeric_limits<TestType>;
    for (const TestType value : {Limits::min(), TestType{0}, TestType{1}, Limits::max()})
        CHECK(probe.there_and_back(value) == value);
}

TEST_CASE("an unsigned integer of 64 bits is stored up to SQLite's largest")
{
    ValueProbe probe;
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    CHECK(probe.there_and_back(largest) == largest);
    const auto error = probe.refusal(largest + 1);
    REQUIRE(error);
    CHECK(*error == errc::invalid_argument);
    CHECK_THAT(std::string(error->message()), ContainsSubstring("9223372036854775807"));
    CHECK(probe.misfit<std::uint64_t>("-1") == Misfit::out_of_range);
}

TEST_CASE("an integer that is too large for its type is not cut")
{
    ValueProbe probe;
    CHECK(probe.misfit<std::int8_t>("128") == Misfit::out_of_range);
    CHECK(probe.misfit<std::int8_t>("-129") == Misfit::out_of_range);
    CHECK(probe.misfit<std::uint8_t>("256") == Misfit::out_of_range);
    CHECK(probe.misfit<std::uint32_t>("-1") == Misfit::out_of_range);
    CHECK(probe.misfit<int>("2147483648") == Misfit::out_of_range);
    int untouched = 7;
    CHECK(probe.read("4294967296", untouched) == Misfit::out_of_range);
    CHECK(untouched == 7);
}

TEST_CASE("what is not an integer is not made one")
{
    ValueProbe probe;
    CHECK(probe.misfit<int>("NULL") == Misfit::null);
    CHECK(probe.misfit<int>("'12'") == Misfit::wrong_storage);
    CHECK(probe.misfit<int>("1.5") == Misfit::wrong_storage);
    CHECK(probe.misfit<int>("2.0") == Misfit::wrong_storage);
    CHECK(probe.misfit<int>("x'01'") == Misfit::wrong_storage);
}

TEST_CASE("bool is 0 or 1")
{
    ValueProbe probe;
    CHECK(probe.stored(true) == "integer 1");
    CHECK(probe.stored(false) == "integer 0");
    CHECK(probe.there_and_back(true));
    CHECK_FALSE(probe.there_and_back(false));
    CHECK(probe.misfit<bool>("2") == Misfit::out_of_range);
    CHECK(probe.misfit<bool>("-1") == Misfit::out_of_range);
    CHECK(probe.misfit<bool>("NULL") == Misfit::null);
    CHECK(probe.misfit<bool>("'true'") == Misfit::wrong_storage);
}

TEST_CASE("a double comes back bit by bit")
{
    ValueProbe probe;
    using Limits = std::numeric_limits<double>;
    for (const double value : {0.0, 0.1, -1.0 / 3, Limits::max(), Limits::lowest(), Limits::min(),
                               Limits::denorm_min(), Limits::infinity(), -Limits::infinity()})
        CHECK(probe.there_and_back(value) == value);
    CHECK(probe.stored(2.0) == "real 2.0");
}

TEST_CASE("NaN is refused, since SQLite would make it NULL")
{
    ValueProbe probe;
    for (const double value : {std::numeric_limits<double>::quiet_NaN(), -std::nan("7")}) {
        const auto error = probe.refusal(value);
        REQUIRE(error);
        CHECK(*error == errc::invalid_argument);
        CHECK_THAT(std::string(error->message()), ContainsSubstring("NaN"));
    }
    CHECK(probe.refusal(std::numeric_limits<float>::quiet_NaN()).has_value());
}

TEST_CASE("a double is read from a whole number only where it is exact")
{
    ValueProbe probe;
    double value = 0;
    CHECK(probe.read("9007199254740992", value) == Misfit::none);
    CHECK(value == 9007199254740992.0);
    CHECK(probe.read("-9007199254740992", value) == Misfit::none);
    CHECK(probe.misfit<double>("9007199254740993") == Misfit::out_of_range);
    CHECK(probe.misfit<double>("NULL") == Misfit::null);
    CHECK(probe.misfit<double>("'1.5'") == Misfit::wrong_storage);
    CHECK(probe.misfit<double>("x'00'") == Misfit::wrong_storage);
}

TEST_CASE("a float is read if a float can be that large")
{
    ValueProbe probe;
    using Limits = std::numeric_limits<float>;
    for (const float value :
         {0.1f, Limits::max(), Limits::lowest(), Limits::denorm_min(), Limits::infinity()})
        CHECK(probe.there_and_back(value) == value);
    CHECK(probe.misfit<float>("1e39") == Misfit::out_of_range);
    CHECK(probe.misfit<float>("-1e39") == Misfit::out_of_range);
}
