// One body for many tenants.
#include <tenantry/fleet/for_each.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "support/caller.hpp"
#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using test::must;
using test::note;
using test::Notes;
using test::open_notes;
using test::wait_for;

namespace {

struct Many {
    explicit Many(int count, std::size_t max_open = 4)
        : fleet(must(open_notes(directory.path() / "root", options(max_open))))
    {
        for (int n = 0; n < count; ++n) must(wait_for(fleet.async_create(name(n))));
    }

    static FleetOptions options(std::size_t max_open)
    {
        FleetOptions options;
        options.threads = 2;
        options.max_open = max_open;
        options.open_deadline = std::chrono::hours(1); // nobody is refused, however slow the machine
        return options;
    }
    static std::string name(int n) { return "t" + std::string(n < 10 ? "0" : "") + std::to_string(n); }

    test::TempDir directory;
    Fleet<Notes> fleet;
};

} // namespace

TEST_CASE("each tenant is visited once, in a scope of its own, so many at a time")
{
    Many many(20);
    int inside = 0;
    int most = 0;
    std::size_t told = 0;
    auto body = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::string>> {
        most = std::max(most, ++inside);
        // The first ones wait for each other: else one may be done before the next tenant is open.
        const auto end = std::chrono::steady_clock::now() + test::long_enough;
        while (most < 3 && std::chrono::steady_clock::now() < end) co_await asio::post(asio::use_awaitable);
        const auto row = note("visited");
        auto written = co_await db.async_write(insert(row));
        --inside;
        if (!written) co_return tl::unexpected(written.error());
        co_return std::string(db.id());
    };
    ForEachOptions options;
    options.concurrency = 3;
    options.progress = [&](const TenantId&, const std::optional<Error>& error, std::size_t done,
                           std::size_t of) {
        if (!error && done == told + 1 && of == 20) ++told;
    };
    const auto report = must(wait_for(async_for_each(many.fleet, Which::all(), body, options)));
    REQUIRE(report.tenants.size() == 20);
    CHECK(report.failures == 0);
    CHECK_FALSE((report.stopped || report.cancelled));
    for (int n = 0; n < 20; ++n) {
        const auto& each = report.tenants[static_cast<std::size_t>(n)];
        REQUIRE(each.result);
        CHECK(must(*each.result) == Many::name(n));
        CHECK(each.id.view() == Many::name(n));
        CHECK(must(test::count_notes(must(wait_for(many.fleet.async_tenant(Many::name(n)))))) == 1);
    }
    CHECK(told == 20);
    CHECK(most == 3);
}

TEST_CASE("those named are visited, and an error is one tenant's own")
{
    Many many(4);
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
        if (db.id() == "t01") co_return fail(errc::invalid_argument, "not this one");
        co_return Result<void>();
    };
    std::vector<TenantId> ids;
    for (const char* name : {"t02", "nobody", "t01", "t00"}) ids.push_back(*TenantId::parse(name));
    const auto report = must(wait_for(async_for_each(many.fleet, ids, body)));
    REQUIRE(report.tenants.size() == 4);
    CHECK(report.tenants[0].result->has_value());
    CHECK(report.tenants[1].result->error() == errc::no_such_tenant);
    CHECK(report.tenants[2].result->error() == errc::invalid_argument);
    CHECK(report.tenants[2].result->error().tenant() == "t01");
    CHECK(report.tenants[3].result->has_value());
    CHECK(report.failures == 2);

    const auto none = must(wait_for(async_for_each(many.fleet, std::vector<TenantId>(), body)));
    CHECK(none.tenants.empty());
}

TEST_CASE("after so many errors no other is begun")
{
    Many many(10);
    auto body = []<class T>(TenantDb<T>) -> asio::awaitable<Result<void>> { co_return fail(errc::internal); };
    ForEachOptions options;
    options.concurrency = 1;
    options.stop_after_errors = 3;
    const auto report = must(wait_for(async_for_each(many.fleet, Which::all(), body, options)));
    CHECK(report.stopped);
    CHECK(report.failures == 3);
    CHECK(report.tenants[2].result);
    CHECK_FALSE(report.tenants[3].result);
}

TEST_CASE("tenants that are in use stay open, and what was opened for it is closed")
{
    Many many(12, 4);
    auto first = must(wait_for(many.fleet.async_tenant("t00")));
    auto second = must(wait_for(many.fleet.async_tenant("t01")));
    second = {}; // idle
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
        co_return co_await db.async_read(one(select(count()).from(table<test::Note>)));
    };
    ForEachOptions options;
    options.concurrency = 2;
    const auto before = many.fleet.stats();
    for (int round = 1; round <= 3; ++round) {
        const auto report = must(wait_for(async_for_each(many.fleet, Which::all(), body, options)));
        CHECK(report.failures == 0);
        // Though each is let go of a moment after its answer, when the next wants room already.
        const auto stats = many.fleet.stats();
        CHECK(stats.evicted == before.evicted);
        CHECK(stats.opened <= before.opened + static_cast<std::uint64_t>(10 * round));
    }
    must(wait_for(test::add_note(first)));
}

TEST_CASE("where every place idles a fan-out takes one of them, and leaves the others")
{
    Many many(20, 3);
    for (const char* name : {"t00", "t01", "t02"}) (void)must(wait_for(many.fleet.async_tenant(name)));
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
        co_return co_await db.async_read(one(select(count()).from(table<test::Note>)));
    };
    ForEachOptions options;
    options.concurrency = 4;
    const auto before = many.fleet.stats().evicted;
    const auto report = must(wait_for(async_for_each(many.fleet, Which::all(), body, options)));
    CHECK(report.failures == 0);
    CHECK(many.fleet.stats().evicted == before + 1);
}

TEST_CASE("live traffic and a fan-out over the same tenants share few places")
{
    Many many(8, 2);
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    std::thread live([&] {
        for (int n = 0; !stop; ++n) {
            const auto db = wait_for(many.fleet.async_tenant(Many::name(n % 8)));
            if (!db || !wait_for(test::add_note(*db))) ++wrong;
        }
    });
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
        const auto row = note("visited");
        auto written = co_await db.async_write(insert(row));
        if (!written) co_return tl::unexpected(written.error());
        co_return Result<void>();
    };
    ForEachOptions options;
    options.concurrency = 3;
    for (int round = 0; round < 5; ++round)
        CHECK(must(wait_for(async_for_each(many.fleet, Which::all(), body, options))).failures == 0);
    stop = true;
    live.join();
    CHECK(wrong == 0);
}

TEST_CASE("cancelling ends the bodies that run and begins no others")
{
    Many many(6);
    int begun = 0;
    auto body = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
        ++begun;
        co_return co_await db.async_read(
            one(sql<"with recursive c(n) as (select 1 union all select n + 1 from c) select max(n) from c",
                    std::int64_t>()));
    };
    ForEachOptions options;
    options.concurrency = 2;
    test::Caller caller;
    std::optional<ForEachReport<std::int64_t>> report;
    async_for_each(many.fleet, Which::all(), body, options)(asio::bind_executor(
        caller.context().get_executor(),
        asio::bind_cancellation_slot(caller.slot(), [&](Result<ForEachReport<std::int64_t>> result) {
            report = must(std::move(result));
        })));
    REQUIRE(caller.run_until([&] { return begun == 2; }));
    caller.cancel(GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial,
                           asio::cancellation_type::total));
    REQUIRE(caller.run_until([&] { return report.has_value(); }));
    CHECK(report->cancelled);
    CHECK(begun == 2);
    CHECK(report->failures == 2);
    CHECK(report->tenants[0].result->error() == errc::cancelled);
    CHECK_FALSE(report->tenants[2].result);
}

TEST_CASE("a fleet that is closed says so of every tenant")
{
    Many many(3);
    must(wait_for(many.fleet.async_close(Shutdown::drain)));
    auto body = []<class T>(TenantDb<T>) -> asio::awaitable<Result<void>> { co_return Result<void>(); };
    const auto report = must(wait_for(async_for_each(many.fleet, Which::all(), body)));
    CHECK(report.failures == 3);
    CHECK(report.tenants[0].result->error() == errc::fleet_closed);
}

TEST_CASE("nothing of the caller's context is left when it has ended first")
{
    const test::TempDir directory;
    asio::io_context pool;
    auto fleet = must(open_notes(pool.get_executor(), directory.path() / "root"));
    auto body = []<class T>(TenantDb<T>) -> asio::awaitable<Result<void>> { co_return Result<void>(); };
    int answers = 0;
    {
        asio::io_context callers;
        async_for_each(fleet, Which::all(),
                       body)(asio::bind_executor(callers.get_executor(), [&](const auto&) { ++answers; }));
    }
    pool.poll(); // lists the tenants, for nobody
    CHECK(answers == 0);
}
