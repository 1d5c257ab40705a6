#include <tenantry/async/detail/timer_thread.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
namespace asio = boost::asio;

TEST_CASE("timers go off in a thread of their own")
{
    detail::TimerThread timers;
    asio::steady_timer first(timers.executor());
    asio::steady_timer second(timers.executor());
    test::Door both;
    std::atomic<int> gone_off{0};
    std::atomic<bool> here{false};
    const auto go_off = [&, caller = std::this_thread::get_id()](boost::system::error_code error) {
        if (error || std::this_thread::get_id() == caller) here = true;
        if (++gone_off == 2) both.open();
    };
    first.expires_after(1ms);
    first.async_wait(go_off);
    second.expires_after(1us);
    second.async_wait(go_off);
    CHECK(both.wait());
    CHECK_FALSE(here);
}

TEST_CASE("stopping waits for what runs, and not for what is still to come")
{
    detail::TimerThread timers;
    asio::steady_timer running(timers.executor(), 0s);
    asio::steady_timer waiting(timers.executor(), 1h);
    test::Door inside;
    test::Door leave;
    std::atomic<bool> left{false};
    std::atomic<bool> called{false};
    running.async_wait([&](boost::system::error_code) {
        inside.open();
        (void)leave.wait();
        left = true;
    });
    waiting.async_wait([&](boost::system::error_code) { called = true; });
    REQUIRE(inside.wait());
    std::thread opener([&] { leave.open(); });
    timers.stop();
    CHECK(left);
    timers.stop();    // again, to no effect
    waiting.cancel(); // so is this
    running.expires_after(0s);
    running.async_wait([&](boost::system::error_code) { called = true; });
    opener.join();
    CHECK_FALSE(called);
}

TEST_CASE("what was never called goes with the thread, and what it holds as well")
{
    const auto held = std::make_shared<int>(1);
    asio::io_context context;
    {
        detail::TimerThread timers;
        const auto timer = std::make_shared<asio::steady_timer>(timers.executor(), 1h);
        timer->async_wait(
            [held, timer, at_work = detail::at_work(context.get_executor())](boost::system::error_code) {});
    }
    CHECK(held.use_count() == 1);
    CHECK(context.run() == 0); // it has nothing to wait for any more
}

TEST_CASE("a context is kept at work by what is to be posted to it later")
{
    detail::TimerThread timers;
    asio::io_context context;
    asio::steady_timer timer(timers.executor(), 1ms);
    bool posted = false;
    timer.async_wait([&, on = detail::at_work(context.get_executor())](boost::system::error_code) {
        asio::post(on, [&] { posted = true; });
    });
    context.run();
    CHECK(posted);
}
