#include <tenantry/async/ticker.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "support/catch.hpp"
#include "support/door.hpp"

using namespace tenantry;
using namespace std::chrono_literals;

TEST_CASE("a ticker calls again and again, in a thread of its own")
{
    async::Ticker ticker;
    test::Door third;
    std::atomic<int> ticks{0};
    std::atomic<bool> here{false};
    ticker.start(1ms, [&, caller = std::this_thread::get_id()] {
        if (std::this_thread::get_id() == caller) here = true;
        if (++ticks == 3) third.open();
    });
    CHECK(third.wait());
    ticker.stop();
    const int last = ticks;
    ticker.stop(); // again, to no effect
    CHECK(ticks == last);
    CHECK_FALSE(here);
}

TEST_CASE("stopping waits for the tick that runs, and not for the next")
{
    std::optional<async::Ticker> ticker(std::in_place);
    test::Door inside;
    test::Door leave;
    std::atomic<bool> left{false};
    ticker->start(1ms, [&] {
        inside.open();
        (void)leave.wait();
        left = true;
    });
    REQUIRE(inside.wait());
    std::thread opener([&] { leave.open(); });
    ticker->stop();
    CHECK(left);
    opener.join();

    ticker.emplace();
    std::atomic<int> ticks{0};
    ticker->start(1h, [&] { ++ticks; });
    ticker.reset(); // at once
    CHECK(ticks == 0);
}

TEST_CASE("one that was never started is stopped as well")
{
    async::Ticker ticker;
    ticker.stop();
}
