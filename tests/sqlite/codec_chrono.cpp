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

TEST_CASE("a time of the wall clock is counted as if it were UTC")
{
    ValueProbe probe;
    const local_seconds noon = local_days{2024y / May / 1} + 12h;
    CHECK(probe.stored(noon) == "integer 1714564800");
    CHECK(probe.there_and_back(noon) == noon);
}

TEST_CASE("a date is the count of its days")
{
    ValueProbe probe;
    CHECK(probe.stored(1970y / January / 31) == "integer 30");
    CHECK(probe.stored(1969y / December / 31) == "integer -1");
    for (const year_month_day date :
         {2024y / February / 29, 1583y / January / 1, year::min() / January / 1, year::max() / December / 31})
        CHECK((probe.there_and_back(date) == date));
    for (const year_month_day none : {2023y / February / 29, 2024y / month(13) / 1, year_month_day{}}) {
        const auto error = probe.refusal(none);
        REQUIRE(error);
        CHECK(*error == errc::invalid_argument);
    }
    CHECK(probe.misfit<year_month_day>("11248738") == Misfit::out_of_range);
    CHECK(probe.misfit<year_month_day>("-12687429") == Misfit::out_of_range);
    CHECK(probe.misfit<year_month_day>("9223372036854775807") == Misfit::out_of_range);
    CHECK(probe.misfit<year_month_day>("'2024-05-01'") == Misfit::wrong_storage);
    CHECK(probe.misfit<year_month_day>("NULL") == Misfit::null);
}

TEST_CASE("clocks that mean nothing after a restart are no columns")
{
    STATIC_REQUIRE_FALSE(sqlite::Bindable<steady_clock::time_point>);
    STATIC_REQUIRE(sqlite::Storable<system_clock::time_point>);
}
