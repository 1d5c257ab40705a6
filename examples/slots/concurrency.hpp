// Coroutines side by side on one thread: they take turns, so nothing here needs a lock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace slots {

namespace asio = boost::asio;

/// Wakes coroutines that wait for something another one does. They look for themselves whether it is what they
/// waited for: `while (!ready) co_await signal.wait();`
class Signal {
public:
    explicit Signal(const asio::any_io_executor& executor)
        : timer_(executor, std::chrono::steady_clock::time_point::max())
    {}

    [[nodiscard]] asio::awaitable<void> wait()
    {
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    void notify_all() { timer_.cancel(); }

private:
    asio::steady_timer timer_; // never expires: cancelling it is what wakes
};

/// Runs `make(0)` to `make(count - 1)`, which return awaitables, at the same time, and waits for all of them. What one
/// throws comes out of `io_context::run`.
template <class Make>
[[nodiscard]] asio::awaitable<void> side_by_side(std::size_t count, Make make)
{
    const auto executor = co_await asio::this_coro::executor;
    Signal ended(executor);
    std::size_t running = count;
    const auto on_end = [&](std::exception_ptr thrown) {
        --running;
        ended.notify_all();
        if (thrown) std::rethrow_exception(thrown);
    };
    for (std::size_t i = 0; i < count; ++i) asio::co_spawn(executor, make(i), on_end);
    while (running > 0) co_await ended.wait();
}

/// Runs `task(item, index)` for each item, at most `width` at a time.
template <class Item, class Task>
[[nodiscard]] asio::awaitable<void> for_each(const std::vector<Item>& items, std::size_t width, Task task)
{
    std::size_t next = 0;
    const auto worker = [&](std::size_t) -> asio::awaitable<void> {
        while (next < items.size()) {
            const std::size_t index = next++;
            co_await task(items[index], index);
        }
    };
    co_await side_by_side(std::min(width, items.size()), worker);
}

} // namespace slots
