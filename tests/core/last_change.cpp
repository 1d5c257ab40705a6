#include <tenantry/core/detail/last_change.hpp>

#include <chrono>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using tenantry::detail::LastChange;
using Time = LastChange::Time;

namespace {

constexpr Time day = 20'000 * 24h;

} // namespace

TEST_CASE("a change is settled when the clock has gone on by more than its ticks")
{
    const Time changed = day + 123'456'789ns;
    CHECK_FALSE(LastChange::is_settled(changed, changed));
    CHECK_FALSE(LastChange::is_settled(changed, changed + 10ms));
    CHECK_FALSE(LastChange::is_settled(changed, changed + 50ms));
    CHECK(LastChange::is_settled(changed, changed + 50ms + 1ns));
    CHECK(LastChange::is_settled(changed, changed + 1h));
}

TEST_CASE("a change at a whole second may be of any moment of two")
{
    for (const Time changed : {day, day + 1s}) {
        CHECK_FALSE(LastChange::is_settled(changed, changed + 51ms));
        CHECK_FALSE(LastChange::is_settled(changed, changed + 2s));
        CHECK(LastChange::is_settled(changed, changed + 2s + 1ns));
    }
}

TEST_CASE("a change that is to come is not settled")
{
    const Time changed = day + 1ns;
    for (const Time back : {1ns, Time(50ms), Time(51ms), Time(1s), Time(1h), day})
        CHECK_FALSE(LastChange::is_settled(changed, changed - back));
    CHECK_FALSE(LastChange::is_settled(Time::max(), day));
}

TEST_CASE("what has no time is never settled, and never known")
{
    for (const Time none : {Time(0), Time(-1), Time::min()}) {
        CHECK_FALSE(LastChange::is_settled(none, day));
        LastChange last;
        CHECK_FALSE(last.knows(none));
        CHECK_FALSE(last.holds(none, day));
        CHECK_FALSE(last.holds(none, Time(0)));
    }
}

TEST_CASE("what was remembered holds for that change only")
{
    const Time changed = day;
    const Time looked = changed + 10s;
    LastChange last;
    CHECK_FALSE(last.any());
    CHECK_FALSE(last.holds(changed, looked));
    last.remember(changed, looked);
    CHECK(last.any());
    CHECK(last.knows(changed));
    CHECK(last.holds(changed, looked));
    for (const Time other : {changed - 1ns, changed + 1ns, looked, Time(0)}) {
        CHECK_FALSE(last.knows(other));
        CHECK_FALSE(last.holds(other, looked));
    }
}

TEST_CASE("it holds for a second, and not before that")
{
    const Time changed = day;
    const Time looked = changed + 10s;
    LastChange last;
    last.remember(changed, looked);
    CHECK(last.holds(changed, looked + 1s - 1ns));
    CHECK_FALSE(last.holds(changed, looked + 1s));
    CHECK_FALSE(last.holds(changed, looked + 1h));
    CHECK_FALSE(last.holds(changed, looked - 1ns)); // the clock was set back
    CHECK_FALSE(last.holds(changed, changed));
    CHECK_FALSE(last.holds(changed, Time(0)));
    CHECK(last.knows(changed));
    last.remember(changed, looked + 1h);
    CHECK(last.holds(changed, looked + 1h));
    CHECK_FALSE(last.holds(changed, looked));
    last.remember(changed + 1ns, looked + 2h);
    CHECK(last.holds(changed + 1ns, looked + 2h));
    CHECK_FALSE(last.knows(changed));
}

// Time goes on in made-up ticks of up to 10 ms, changes get the time of the tick that is, and as few of it as the file
// system keeps. Nobody who remembers what was settled may miss one.
TEST_CASE("no change leaves the time of a settled one")
{
    for (const Time tick : {Time(1ms), Time(4ms), Time(10ms)})
        for (const Time kept : {Time(1ns), Time(1us), Time(1ms), Time(1s), Time(2s)})
            for (Time first = day; first < day + 2s; first += 97ms) {
                const auto time_of = [&](Time moment) {
                    const Time clock = moment - moment % tick;
                    return clock - clock % kept;
                };
                const Time changed = time_of(first);
                for (Time now = first; now < first + 2500ms; now += 13ms) {
                    const Time clock = now - now % tick;
                    if (!LastChange::is_settled(changed, clock)) continue;
                    if (time_of(now) == changed) FAIL("a change now would leave no trace");
                    break; // later ones have later times
                }
            }
}
