// Awaitable operators: several operations awaited together.
#include <tenantry/fleet/fleet.hpp>

#include <chrono>
#include <string>
#include <tuple>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/every_operation.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace asio::experimental::awaitable_operators;
using test::must;
using test::Note;
using test::note;
using test::OneTenant;
using test::wait_for;

TEST_CASE("&& waits for both")
{
    OneTenant open;
    auto coroutine = [&]() -> asio::awaitable<int> {
        auto write = test::add_note(open.db, "one")(asio::use_awaitable);
        auto read = open.db.async_read(select<Note>(), asio::use_awaitable);
        auto tenant = open.fleet.async_tenant("a", asio::use_awaitable);
        auto [written, rows, handle] = co_await (std::move(write) && std::move(read) && std::move(tenant));
        if (!written || !rows || !handle) co_return -1;
        co_return static_cast<int>(must(handle->read(select<Note>())).size());
    };
    CHECK(test::run(coroutine()) == 1);
}

TEST_CASE("|| ends the one that waits when the other is done")
{
    OneTenant open;
    test::Door inside;
    test::Door leave;
    auto blocker = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    auto running = open.db.async_write(blocker, asio::use_future);
    REQUIRE(inside.wait());
    auto coroutine = [&]() -> asio::awaitable<std::size_t> {
        asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
        auto write = test::add_note(open.db, "never")(asio::use_awaitable);
        auto time = timer.async_wait(asio::use_awaitable);
        auto first = co_await (std::move(write) || std::move(time));
        co_return first.index();
    };
    CHECK(test::run(coroutine()) == 1); // though the blocking write is still there
    leave.open();
    must(running.get());
    CHECK(must(test::count_notes(open.db)) == 0);
}

TEST_CASE("|| ends a scope with all that it awaits")
{
    OneTenant open;
    auto scope = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<int>> {
        const auto row = note("kept");
        auto key = co_await db.async_write(insert(row));
        if (!key) co_return tl::unexpected(key.error());
        asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
        co_await timer.async_wait(asio::use_awaitable);
        co_return 1;
    };
    auto coroutine = [&]() -> asio::awaitable<std::size_t> {
        // Until the scope has written.
        auto written = [&]() -> asio::awaitable<void> {
            asio::steady_timer timer(co_await asio::this_coro::executor);
            while (must(test::count_notes(open.db)) == 0) {
                timer.expires_after(std::chrono::milliseconds(1));
                co_await timer.async_wait(asio::use_awaitable);
            }
        };
        auto with = open.fleet.async_with("a", scope, asio::use_awaitable);
        auto first = co_await (std::move(with) || written());
        co_return first.index();
    };
    CHECK(test::run(coroutine()) == 1);
    CHECK(must(test::count_notes(open.db)) == 1);
}

TEST_CASE("for || a failed Result has finished like any other")
{
    OneTenant open;
    auto coroutine = [&]() -> asio::awaitable<bool> {
        asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
        auto tenant = open.fleet.async_tenant("nobody", asio::use_awaitable);
        auto time = timer.async_wait(asio::use_awaitable);
        auto first = co_await (std::move(tenant) || std::move(time));
        co_return first.index() == 0 && std::get<0>(first).error() == errc::no_such_tenant;
    };
    CHECK(test::run(coroutine()));
}
