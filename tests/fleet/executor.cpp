// A fleet on an executor of the caller's.
#include <tenantry/fleet/fleet.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"
#include "support/until.hpp"

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
        co_return co_await db.async_read(one(select(count()).from(table<Note>)));
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

namespace {

// Reads and writes of one tenant that do not end until they may.
class Flood {
public:
    Flood(TenantDb<Notes> db, int reads) : db_(std::move(db))
    {
        auto body = [this](auto&) -> Result<void> {
            ++begun_;
            const bool may = may_end_.wait();
            ++ended_;
            return may ? Result<void>() : fail(errc::timeout, "");
        };
        answers_.push_back(db_.async_write(body, asio::use_future));
        for (int n = 0; n < reads; ++n) answers_.push_back(db_.async_snapshot(body, asio::use_future));
    }
    ~Flood()
    {
        may_end_.open();
        for (auto& answer : answers_) answer.wait();
    }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;

    [[nodiscard]] int begun() const { return begun_; }
    [[nodiscard]] int ended() const { return ended_; }
    void end()
    {
        may_end_.open();
        for (auto& answer : answers_) must(answer.get());
        answers_.clear();
    }

private:
    TenantDb<Notes> db_;
    test::Door may_end_;
    std::atomic<int> begun_{0};
    std::atomic<int> ended_{0};
    std::vector<std::future<Result<void>>> answers_;
};

// While one tenant has `at_work` reads and a write at work, and more of them waiting, others are served.
void serves_others(Fleet<Notes>& fleet, int at_work)
{
    must(fleet.create("loud"));
    must(fleet.create("quiet"));
    const auto loud = must(fleet.tenant("loud"));
    const auto quiet = must(fleet.tenant("quiet"));
    Flood flood(loud, 8);
    REQUIRE(test::until([&] { return flood.begun() == at_work + 1; }));
    auto body = [](auto& moment) { return moment.read(one(select(count()).from(table<Note>))); };
    for (std::int64_t n = 0; n < 5; ++n) {
        must(test::add_note(quiet)(asio::use_future).get());
        CHECK(must(quiet.async_read(one(select(count()).from(table<Note>)), asio::use_future).get()) ==
              n + 1);
        CHECK(must(quiet.async_snapshot(body, asio::use_future).get()) == n + 1);
    }
    must(fleet.create("new"));
    CHECK(must(test::count_notes(must(fleet.tenant("new")))) == 0);
    CHECK(flood.begun() == at_work + 1);
    CHECK(flood.ended() == 0);
    flood.end(); // and those that waited have their turn
    CHECK(flood.ended() == 9);
}

} // namespace

TEST_CASE("one tenant's long reads and its writes leave a thread to other tenants", "[shared]")
{
    test::TempDir directory;
    SECTION("of the fleet's own pool")
    {
        const auto threads = GENERATE(std::size_t{3}, std::size_t{4}, std::size_t{8});
        CAPTURE(threads);
        auto fleet = must(open_notes(directory.path() / "root", {.threads = threads}));
        serves_others(fleet, threads == 3 ? 1 : threads == 4 ? 2 : 4);
    }
    SECTION("of a pool that was handed in")
    {
        asio::thread_pool pool(4);
        {
            auto fleet = must(open_notes(pool.get_executor(), directory.path() / "root"));
            serves_others(fleet, 2);
        }
        pool.join();
    }
    SECTION("of a context whose threads nobody can count, by an option")
    {
        asio::io_context context;
        const auto work = asio::make_work_guard(context);
        std::vector<std::thread> threads;
        for (int n = 0; n < 3; ++n) threads.emplace_back([&] { context.run(); });
        {
            FleetOptions options;
            options.tenant.reads_at_work = 1;
            auto fleet = must(open_notes(context.get_executor(), directory.path() / "root", options));
            serves_others(fleet, 1);
        }
        context.stop();
        for (auto& thread : threads) thread.join();
    }
}
