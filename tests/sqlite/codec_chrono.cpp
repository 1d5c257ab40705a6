#include <tenantry/sqlite/codec_chrono.hpp>

#include <chrono>

#include <tenantry/core/timestamp.hpp>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using namespace std::chrono;
using sqlite::Misfit;
using sqlite::Storage;
using test::ValueProbe;

TEST_CASE("a Timestamp is milliseconds since 1970")
{
    ValueProbe probe;
    const Timestamp at = sys_days{2024y / May / 1} + 13h + 45min + 7ms;
    CHECK(probe.stored(at) == "integer 1714571100007");
    CHECK(probe.there_and_back(at) == at);
    CHECK(probe.stored(Timestamp{}) == "integer 0");
}

TEST_CASE("dates before 1970 are negative")
{
    ValueProbe probe;
    const Timestamp moon = sys_days{1969y / July / 20} + 20h + 17min;
    CHECK(probe.stored(moon) == "integer -14182980000");
    CHECK(probe.there_and_back(moon) == moon);
    for (const Timestamp at : {Timestamp::min(), Timestamp::max()}) CHECK(probe.there_and_back(at) == at);
}

TEST_CASE("another unit is counted in that unit")
{
    ValueProbe probe;
    CHECK(probe.stored(sys_days{1970y / January / 31}) == "integer 30");
    CHECK(probe.stored(sys_seconds{90s}) == "integer 90");
    CHECK(probe.stored(duration_cast<microseconds>(2ms)) == "integer 2000");
    CHECK(probe.there_and_back(hours{-5}) == hours{-5});
    STATIC_REQUIRE(sqlite::Codec<duration<double>>::storage == Storage::real);
    CHECK(probe.stored(duration<double>(1.5)) == "real 1.5");
    CHECK(probe.there_and_back(duration<double>(1.5)).count() == 1.5);
}

TEST_CASE("a count beyond the unit's range does not fit")
{
    ValueProbe probe;
    CHECK(probe.misfit<duration<short>>("40000") == Misfit::out_of_range);
    CHECK(probe.misfit<Timestamp>("NULL") == Misfit::null);
    CHECK(probe.misfit<Timestamp>("'2024-05-01'") == Misfit::wrong_storage);
}

TEST_CASE("clocks that mean nothing after a restart are no columns")
{
    STATIC_REQUIRE_FALSE(sqlite::Bindable<steady_clock::time_point>);
    STATIC_REQUIRE(sqlite::Storable<system_clock::time_point>);
}
