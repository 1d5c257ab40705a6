// Every operation with every completion token.
#include <tenantry/fleet/fleet.hpp>

#include <future>
#include <memory>
#include <thread>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/every_operation.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using test::each_operation;
using test::must;
using test::Note;
using test::note;
using test::OneTenant;
using test::wait_for;

TEST_CASE("use_future")
{
    OneTenant open;
    each_operation(open, [](const char* name, auto operation) {
        INFO(name);
        auto future = std::move(operation)(asio::use_future);
        CHECK(future.get().has_value());
    });
    CHECK(must(test::count_notes(open.db)) == 3);
}

TEST_CASE("as_tuple of a callback")
{
    OneTenant open;
    each_operation(open, [](const char* name, auto operation) {
        INFO(name);
        test::Door called;
        bool succeeded = false;
        std::move(operation)(asio::as_tuple([&](const auto& tuple) {
            succeeded = std::get<0>(tuple).has_value();
            called.open();
        }));
        REQUIRE(called.wait());
        CHECK(succeeded);
    });
    CHECK(must(test::count_notes(open.db)) == 3);
}

TEST_CASE("use_awaitable, also as a tuple")
{
    OneTenant open;
    each_operation(open, [](const char* name, auto operation) {
        INFO(name);
        auto coroutine = [&]() -> asio::awaitable<bool> {
            const auto result = co_await std::move(operation)(asio::use_awaitable);
            co_return result.has_value();
        };
        CHECK(test::run(coroutine()));
    });
    each_operation(open, [](const char* name, auto operation) {
        INFO(name);
        auto coroutine = [&]() -> asio::awaitable<bool> {
            const auto [result] = co_await std::move(operation)(asio::as_tuple(asio::use_awaitable));
            co_return result.has_value();
        };
        CHECK(test::run(coroutine()));
    });
    CHECK(must(test::count_notes(open.db)) == 6);
}

TEST_CASE(
    "deferred is the default: an operation that has not begun, to be awaited, or begun with another token")
{
    OneTenant open;
    each_operation(open, [](const char* name, auto operation) {
        INFO(name);
        auto coroutine = [&]() -> asio::awaitable<bool> {
            const auto result = co_await std::move(operation);
            co_return result.has_value();
        };
        CHECK(test::run(coroutine()));
    });
    CHECK(must(test::count_notes(open.db)) == 3);
    {
        auto never_begun = test::add_note(open.db, "never");
        auto twice_deferred = test::add_note(open.db, "later")(asio::deferred);
        CHECK(must(test::count_notes(open.db)) == 3);
        must(std::move(twice_deferred)(asio::use_future).get());
    }
    CHECK(must(test::count_notes(open.db)) == 4);
}

TEST_CASE("a callback that can only be moved, on the fleet's pool and not in the call")
{
    OneTenant open;
    const auto check = [](bool succeeds) {
        return [succeeds](const char* name, auto operation) {
            INFO(name);
            test::Door called;
            std::thread::id thread;
            bool succeeded = !succeeds;
            std::move(operation)([&, witness = std::make_unique<int>(1)](auto result) {
                thread = std::this_thread::get_id();
                succeeded = result.has_value() && *witness == 1;
                called.open();
            });
            REQUIRE(called.wait());
            CHECK(succeeded == succeeds);
            CHECK(thread != std::this_thread::get_id());
        };
    };
    each_operation(open, check(true));
    test::each_refused_operation(open, check(false));
}

TEST_CASE("detached")
{
    OneTenant open;
    open.fleet.async_create("b", asio::detached);
    test::add_note(open.db, "one")(asio::detached);
    auto body = [](auto& tx) -> Result<void> { return tx.run(insert(note("two"))); };
    open.db.async_write(body, asio::detached);
    open.db.async_read(select<Note>(), asio::detached);
    test::Door done;
    auto scope = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
        const auto row = note("three");
        (void)co_await db.async_write(insert(row));
        done.open();
        co_return Result<void>();
    };
    open.fleet.async_with("a", scope, asio::detached);
    REQUIRE(done.wait());
    CHECK(must(test::count_notes(open.db)) == 3);
    (void)wait_for(open.fleet.async_close(Shutdown::drain));
    CHECK(must(open.fleet.tenants()).size() == 2);
}
