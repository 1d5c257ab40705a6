// A fleet on an executor of the caller's.
#include <tenantry/fleet/fleet.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::open_notes;

namespace {

// A life with everything in it. Returns the number of notes that were seen.
asio::awaitable<Result<std::int64_t>> life(Fleet<Notes>& fleet, std::string id)
{
    auto created = co_await fleet.async_create(id);
    if (!created) co_return tl::unexpected(created.error());
    auto scope = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
        for (int n = 0; n < 20; ++n) {
            const auto row = note("", n);
            auto key = co_await db.async_write(insert(row));
            if (!key) co_return tl::unexpected(key.error());
        }
        auto count_here = test::count_notes(db);
        if (!count_here) co_return count_here;
        co_return co_await db.async_read(one(select(count()).from<Note>()));
    };
    auto seen = co_await fleet.async_with(id, scope);
    if (!seen) co_return seen;
    auto destroyed = co_await fleet.async_destroy(id);
    if (!destroyed) co_return tl::unexpected(destroyed.error());
    co_return seen;
}

} // namespace

TEST_CASE("an io_context that one thread runs, or several")
{
    const int threads = GENERATE(1, 2, 4);
    CAPTURE(threads);
    const test::TempDir directory;
    asio::io_context context;
    FleetOptions options;
    options.max_open = 2;
    std::optional<Fleet<Notes>> fleet(
        must(open_notes(context.get_executor(), directory.path() / "root", options)));
    CHECK(fleet->get_executor() == asio::any_io_executor(context.get_executor()));
    std::vector<std::future<Result<std::int64_t>>> lives;
    for (int n = 0; n < 5; ++n)
        lives.push_back(asio::co_spawn(asio::make_strand(context), life(*fleet, "t" + std::to_string(n)),
                                       asio::use_future));
    std::vector<std::thread> runners;
    for (int n = 0; n < threads; ++n) runners.emplace_back([&] { context.run(); });
    for (auto& each : lives) CHECK(must(each.get()) == 20);
    // Nothing is left that keeps the context at work: neither an idle fleet, nor who waited for room.
    for (auto& runner : runners) runner.join();
    CHECK(must(fleet->tenants()).empty());

    // And an idle fleet is closed without anybody running its context.
    auto closed = fleet->async_close(Shutdown::drain, asio::use_future);
    fleet.reset();
    must(closed.get());
}

TEST_CASE("a strand serves as well")
{
    const test::TempDir directory;
    asio::thread_pool pool(2);
    {
        auto fleet = must(open_notes(asio::make_strand(pool), directory.path() / "root"));
        std::vector<std::future<Result<std::int64_t>>> lives;
        for (int n = 0; n < 3; ++n)
            lives.push_back(asio::co_spawn(pool, life(fleet, "t" + std::to_string(n)), asio::use_future));
        for (auto& each : lives) CHECK(must(each.get()) == 20);
        must(test::wait_for(fleet.async_close(Shutdown::drain)));
    }
    pool.join();
}

TEST_CASE("who waited for room does not keep the context at work")
{
    const test::TempDir directory;
    asio::io_context context;
    FleetOptions options;
    options.max_open = 1;
    options.open_deadline = std::chrono::hours(1);
    auto fleet = must(open_notes(context.get_executor(), directory.path() / "root", options));
    auto coroutine = [&]() -> asio::awaitable<Result<void>> {
        for (const char* id : {"a", "b"}) {
            auto created = co_await fleet.async_create(id);
            if (!created) co_return created;
        }
        co_return Result<void>();
    };
    auto done = asio::co_spawn(context, coroutine(), asio::use_future);
    context.run();
    must(done.get());

    // While one is held the other is asked for.
    std::optional<TenantDb<Notes>> held;
    bool got = false;
    fleet.async_tenant("a", [&](Result<TenantDb<Notes>> a) {
        held = must(std::move(a));
        fleet.async_tenant("b", [&](Result<TenantDb<Notes>> b) { got = b.has_value(); });
        asio::post(context, [&] { held.reset(); });
    });
    context.restart();
    CHECK(context.run_for(std::chrono::minutes(1)) > 0);
    CHECK(got);
    CHECK(context.stopped()); // which is: it ran out of work, not of time
}
