// A fleet reckons by the clock that it was given.
#include <tenantry/core/time_source.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <tenantry/fleet/fleet.hpp>
#include <tenantry/testing/manual_clock.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"
#include "support/until.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::must;
using test::Notes;
using test::TempDir;
using test::until;
using test::wait_for;

TEST_CASE("tenants that nobody uses are closed when the fleet's clock says so")
{
    const TempDir directory;
    testing::ManualClock clock;
    auto fleet = must(test::open_notes(
        directory.path() / "root",
        {.threads = 2, .trim_idle_after = 10min, .close_idle_after = 1h, .clock = TimeSource(clock)}));
    for (const auto* name : {"a", "b"}) must(fleet.create(name));
    auto used = must(fleet.tenant("a"));
    must(wait_for(test::add_note(must(fleet.tenant("b")))));
    REQUIRE(until([&] { return fleet.stats().idle == 1; }));
    clock.advance(59min);
    // Another that comes and goes is told apart by that time.
    used = {};
    REQUIRE(until([&] { return fleet.stats().idle == 2; }));
    clock.advance(1min);
    REQUIRE(until([&] { return fleet.stats().closed_idle == 1; }));
    CHECK(fleet.stats().idle == 1);
    clock.advance(59min);
    CHECK(until([&] { return fleet.stats().closed_idle == 2; }));
}

TEST_CASE("a request waits for room until its time is up by the fleet's clock")
{
    const TempDir directory;
    testing::ManualClock clock;
    const std::chrono::milliseconds patience = GENERATE(1ms, std::chrono::milliseconds(1h));
    auto fleet = must(test::open_notes(
        directory.path() / "root",
        {.threads = 2, .max_open = 1, .open_deadline = patience, .clock = TimeSource(clock)}));
    for (const auto* name : {"a", "b"}) must(fleet.create(name));
    auto held = must(fleet.tenant("a"));
    const auto ask = [&] {
        test::Arrival<Result<TenantDb<Notes>>> arrival;
        auto answer = arrival.promise->get_future();
        fleet.async_tenant("b")(std::move(arrival));
        return answer;
    };
    auto answer = ask();
    SECTION("it stands still, and so no time is up")
    {
        const auto end = std::chrono::steady_clock::now() + 30ms;
        while (std::chrono::steady_clock::now() < end)
            REQUIRE(answer.wait_for(0ms) == std::future_status::timeout);
        held = {};
        CHECK(answer.get());
    }
    SECTION("it goes on")
    {
        clock.advance(patience);
        CHECK(answer.get().error() == errc::too_many_open);
    }
}

TEST_CASE("a log is written back when it is old by the fleet's clock")
{
    const TempDir directory;
    testing::ManualClock clock;
    FleetOptions options{.threads = 2, .clock = TimeSource(clock)};
    options.tenant.checkpoints.age = 20ms; // and so the fleet looks every ten
    auto fleet = must(test::open_notes(directory.path() / "root", options));
    must(fleet.create("a"));
    const auto db = must(fleet.tenant("a"));
    must(wait_for(test::add_note(db)));
    const auto end = std::chrono::steady_clock::now() + 40ms;
    while (std::chrono::steady_clock::now() < end) REQUIRE(db.stats().checkpoints == 0);
    clock.advance(20ms);
    CHECK(until([&] { return db.stats().checkpoints == 1; }));
}

TEST_CASE("a time source is the steady clock where nothing else is said")
{
    CHECK(TimeSource().is_steady());
    const auto before = std::chrono::steady_clock::now();
    const auto asked = TimeSource().now();
    CHECK(before <= asked);
    CHECK(asked <= std::chrono::steady_clock::now());
    const testing::ManualClock clock;
    CHECK(TimeSource(clock).now() == clock.now());
    CHECK_FALSE(TimeSource(clock).is_steady());
}
