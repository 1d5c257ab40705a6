#include <tenantry/core/detail/saturating_time.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using tenantry::detail::earlier;
using tenantry::detail::later;
using tenantry::detail::saturated;
using tenantry::detail::time_between;
using Clock = std::chrono::steady_clock;
using Point = Clock::time_point;

TEST_CASE("what is so long that the clock cannot count it is for ever")
{
    const Point now = Clock::now();
    CHECK(later(now, 5ms) == now + 5ms);
    CHECK(later(now, -5ms) == now - 5ms);
    CHECK(earlier(now, 5ms) == now - 5ms);
    CHECK(earlier(now, -5ms) == now + 5ms);
    CHECK(later(now, std::chrono::nanoseconds(7)) == now + std::chrono::nanoseconds(7));
    CHECK(later(now, std::chrono::milliseconds::max()) == Point::max());
    CHECK(later(now, std::chrono::hours::max()) == Point::max());
    CHECK(later(now, std::chrono::nanoseconds::max()) == Point::max());
    CHECK(later(now, std::chrono::duration<double>(1e300)) == Point::max());
    CHECK(later(now, std::chrono::duration<std::int32_t, std::milli>(7)) == now + 7ms);
    CHECK(later(now, std::chrono::duration<double>(0.5)) == now + 500ms);
    CHECK(earlier(now, std::chrono::milliseconds::min()) == Point::max());
    CHECK(later(Point::max(), 1ms) == Point::max());
    CHECK(later(Point::max() - 1ms, 1ms) == Point::max());

    CHECK(earlier(now, std::chrono::milliseconds::max()) < now - std::chrono::hours(24 * 365 * 100));
    CHECK(later(now, std::chrono::milliseconds::min()) < now - std::chrono::hours(24 * 365 * 100));
    CHECK(earlier(Point::min(), std::chrono::milliseconds::max()) == Point::min());
    CHECK(later(Point::min() + 1ms, -2ms) == Point::min());

    CHECK(time_between(now, now + 3ms) == 3ms);
    CHECK(time_between(now, now - 3ms) == -3ms);
    CHECK(time_between(now, Point::max()) > std::chrono::hours(24 * 365 * 100));
    CHECK(time_between(now, Point::min()) == Clock::duration::min());
    CHECK(time_between(Point::min(), now) == Clock::duration::max());

    CHECK(saturated<std::chrono::milliseconds>(std::chrono::nanoseconds::max()).count() ==
          std::chrono::nanoseconds::max().count() / 1'000'000);
    CHECK(saturated<std::chrono::nanoseconds>(std::chrono::milliseconds::min()) ==
          std::chrono::nanoseconds::min());
}

TEST_CASE("a wait until for ever ends when it is told, and one until a time that has passed at once")
{
    std::mutex mutex;
    std::condition_variable changed;
    std::unique_lock lock(mutex);
    CHECK(tenantry::detail::wait_until(changed, lock, Clock::now() - 1ms) == std::cv_status::timeout);
    bool told = false;
    std::thread teller([&] {
        const std::lock_guard held(mutex);
        told = true;
        changed.notify_all();
    });
    while (!told)
        CHECK(tenantry::detail::wait_until(changed, lock, Point::max()) == std::cv_status::no_timeout);
    lock.unlock();
    teller.join();
}
