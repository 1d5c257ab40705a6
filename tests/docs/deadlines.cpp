// docs/deadlines.md: limits of a request, of an operation, by cancelling, and of the end.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/version.hpp>
#if BOOST_VERSION >= 108600
#include <boost/asio/cancel_after.hpp>
#endif

#include <tenantry/tenantry.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace std::chrono_literals;
using test::Note;
using test::Notes;

namespace {

struct Acme {
    Acme() : fleet(test::must(test::open_notes(directory.path() / "root", {.threads = 2})))
    {
        test::must(fleet.create("acme"));
    }
    test::TempDir directory;
    Fleet<Notes> fleet;
};

} // namespace

TEST_CASE("a request, an operation and the end have their time")
{
    Acme site;
    auto& fleet = site.fleet;
    // [request]
    auto answer = [&](std::string tenant) -> asio::awaitable<Result<std::int64_t>> {
        auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
            co_return co_await must(db.async_read(one(select(count()).from(table<Note>))));
        };
        co_return co_await fleet.async_with(tenant, within(2s), body);
    };
    // [/request]
    CHECK(test::must(test::run(answer("acme"))) == 0);
    const auto db = test::must(fleet.tenant("acme"));
    // [operation]
    auto quick = db.limited({.within = 200ms, .time_limit = 50ms});
    auto rows = quick.read(select<Note>()); // or quick.async_read(...), quick.async_write(...)
    // [/operation]
    CHECK(test::must(rows).empty());
    // [end]
    auto closed = fleet.close(Shutdown::drain, within(10s)); // or co_await fleet.async_close(...)
    // [/end]
    CHECK(closed);
}

TEST_CASE("a request that takes too long is cancelled, by a timer and a signal")
{
    Acme site;
    auto& fleet = site.fleet;
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
        co_return co_await db.async_read(
            one(sql<"with recursive c(n) as (select 1 union all select n + 1 from c) select max(n) from c",
                    std::int64_t>()));
    };
    asio::io_context context;
    const auto executor = context.get_executor();
    std::optional<Result<std::int64_t>> given;
    const auto answered = [&](const Result<std::int64_t>& result) { given = result; };
    // [timer]
    asio::cancellation_signal stop;
    asio::steady_timer timer(executor, 20ms);
    timer.async_wait([&](boost::system::error_code error) {
        if (!error) stop.emit(asio::cancellation_type::total);
    });
    auto handler = [&](const Result<std::int64_t>& result) {
        timer.cancel();
        answered(result);
    };
    fleet.async_with("acme", body,
                     asio::bind_executor(executor, asio::bind_cancellation_slot(stop.slot(), handler)));
    // [/timer]
    context.run();
    REQUIRE(given);
    REQUIRE_FALSE(*given);
    CHECK(given->error() == errc::cancelled);
#if BOOST_VERSION >= 108600
    const auto with_token = [&]() -> asio::awaitable<Result<std::int64_t>> {
        // [cancel_after]
        auto result = co_await fleet.async_with("acme", body, asio::cancel_after(20ms));
        // [/cancel_after]
        co_return result;
    };
    CHECK(test::run(with_token()).error() == errc::cancelled);
#endif
}
