// The synchronous twins: the same answers, and an error where a thread would wait for itself.
#include <tenantry/fleet/detail/blocking.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace tenantry::test;

namespace {

template <class R>
[[nodiscard]] bool refused(const Result<R>& result, errc code)
{
    if (result) return false;
    INFO(said(result.error()));
    return result.error() == code;
}

// Every twin, called in a thread that it would wait for. The message says what to do instead.
void expect_refusals(Fleet<Notes>& fleet, const TenantDb<Notes>& db)
{
    const auto created = fleet.create("other");
    REQUIRE(refused(created, errc::wrong_thread));
    CHECK(std::string(created.error().message()).find("async_") != std::string::npos);
    CHECK(refused(fleet.destroy("acme"), errc::wrong_thread));
    CHECK(refused(fleet.tenant("acme"), errc::wrong_thread));
    CHECK(refused(fleet.close(Shutdown::drain), errc::wrong_thread));
    bool called = false;
    const auto body = [&](auto) -> Result<void> {
        called = true;
        return {};
    };
    CHECK(refused(fleet.with("acme", body), errc::wrong_thread));
    CHECK_FALSE(called);
    const auto written = db.write(insert(note("never")));
    REQUIRE(refused(written, errc::wrong_thread));
    CHECK(written.error().tenant() == "acme");
    CHECK(refused(db.write([](auto&) -> Result<void> { return {}; }), errc::wrong_thread));
}

// Calls it in a thread of the executor's, and waits.
template <class Function>
void run_on(const asio::any_io_executor& executor, Function function)
{
    std::promise<void> done;
    asio::post(executor, [&] {
        function();
        done.set_value();
    });
    done.get_future().get();
}

} // namespace

TEST_CASE("a life without anything asynchronous")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet"));
    must(fleet.create("acme"));
    CHECK(refused(fleet.create("acme"), errc::tenant_exists));
    CHECK(refused(fleet.create("ACME"), errc::invalid_tenant_id));

    const auto counted = fleet.with("acme", []<class T>(TenantDb<T> db) -> Result<std::int64_t> {
        const auto key = db.write(insert(note("one")));
        if (!key) return fail(key.error());
        static_assert(std::is_same_v<decltype(key), const Result<Key<Note, T>>>);
        const auto more = db.write([&](Tx<T>& tx) -> Result<std::int64_t> {
            if (auto added = tx.write(insert(note("two"))); !added) return fail(added.error());
            return tx.write(update<Note>().set(col<&Note::number> = 7).where(col<&Note::id> == *key));
        });
        if (!more) return fail(more.error());
        if (*more != 1) return fail(errc::internal);
        return count_notes(db);
    });
    CHECK(must(counted) == 2);

    {
        const auto db = must(fleet.tenant("acme"));
        CHECK(must(db.read(one(select(col<&Note::text>).where(col<&Note::number> == 7)))) == "one");
    }
    must(fleet.destroy("acme"));
    CHECK(refused(fleet.destroy("acme"), errc::no_such_tenant));
    CHECK(refused(fleet.tenant("acme"), errc::no_such_tenant));
    must(fleet.close(Shutdown::drain));
    CHECK(refused(fleet.create("late"), errc::fleet_closed));
    CHECK(refused(fleet.with("acme", [](auto) -> Result<void> { return {}; }), errc::fleet_closed));
}

TEST_CASE("what a body of with returns, throws and keeps")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet", {.max_open = 1}));
    must(fleet.create("acme"));
    must(fleet.create("globex"));

    const auto failed =
        fleet.with("acme", [](auto) -> Result<int> { return fail(errc::no_such_row, "not there"); });
    REQUIRE(refused(failed, errc::no_such_row));
    CHECK(failed.error().tenant() == "acme");

    const auto threw = fleet.with("acme", [](auto) -> Result<void> { throw std::runtime_error("no luck"); });
    REQUIRE(refused(threw, errc::body_failed));
    CHECK(std::string(threw.error().message()).find("with threw: no luck") != std::string::npos);

    // A body that was called with a name is not copied, and may return what cannot be.
    int calls = 0;
    auto body = [calls = &calls, only = std::make_unique<int>(5)](auto) -> Result<std::unique_ptr<int>> {
        ++*calls;
        return std::make_unique<int>(*only);
    };
    CHECK(*must(fleet.with("globex", body)) == 5);
    CHECK(calls == 1);

    // The handle ends with its scope, and so does the lease: there is room for one tenant only.
    std::function<Result<void>()> kept;
    must(fleet.with("acme", [&](auto db) -> Result<void> {
        kept = [db] { return db.write([](auto&) -> Result<void> { return {}; }); };
        return kept();
    }));
    CHECK(refused(kept(), errc::tenant_gone));
    kept = nullptr;
    CHECK(must(fleet.with("globex", [](auto db) { return count_notes(db); })) == 0);
}

TEST_CASE("scopes of several tenants inside each other end by the deadline where there is no room")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet",
                                 {.max_open = 1, .open_deadline = std::chrono::milliseconds(5)}));
    must(fleet.create("acme"));
    must(fleet.create("globex"));
    const auto nested = fleet.with(
        "acme", [&](auto) { return fleet.with("globex", [](auto) -> Result<void> { return {}; }); });
    CHECK(refused(nested, errc::too_many_open));
}

TEST_CASE("the fleet's own pool is refused to wait for itself, whoever runs there")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet", {.threads = 1}));
    must(fleet.create("acme"));
    const auto db = must(fleet.tenant("acme"));

    run_on(fleet.get_executor(), [&] { expect_refusals(fleet, db); });
    must(db.write([&](auto&) -> Result<void> {
        expect_refusals(fleet, db);
        return {};
    }));
    auto look = [&](auto&) -> Result<void> {
        expect_refusals(fleet, db);
        return {};
    };
    must(wait_for(db.async_snapshot(look)));
    CHECK(must(count_notes(db)) == 0);
    // Another fleet's pool may wait for this one.
    auto other = must(open_notes(directory.path() / "other", {.threads = 1}));
    run_on(other.get_executor(), [&] { must(db.write(insert(note("from elsewhere")))); });
    CHECK(must(count_notes(db)) == 1);
}

TEST_CASE("a write in a thread that runs the caller's context keeps that thread, and comes through")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet", {.threads = 1}));
    must(fleet.create("acme"));
    std::vector<std::string> order;
    auto body = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
        const auto executor = co_await asio::this_coro::executor;
        asio::post(executor, [&order] { order.push_back("posted"); });
        const Note first = note("first");
        db.async_write(insert(first), asio::bind_executor(executor, [&order](const auto& done) {
                           order.push_back(done ? "answered" : "failed");
                       }));
        const Note second = note("second");
        auto written = db.write(insert(second));
        order.push_back(written ? "written" : "refused");
        auto bounded = db.limited(within(test::long_enough)).write(insert(second));
        order.push_back(bounded ? "written" : "refused");
        co_return Result<void>();
    };
    must(test::run(fleet.async_with("acme", body, asio::use_awaitable)));
    CHECK(order == std::vector<std::string>{"written", "written", "posted", "answered"});
    const auto db = must(fleet.tenant("acme"));
    CHECK(must(count_notes(db)) == 3);
}

TEST_CASE("an executor that was handed in is known, and so are strands over it")
{
    const TempDir directory;
    asio::thread_pool pool(2);
    asio::io_context context;
    auto working = asio::make_work_guard(context);
    std::thread runner([&] { context.run(); });
    const asio::any_io_executor executors[] = {
        pool.get_executor(),
        context.get_executor(),
        asio::make_strand(pool),
        asio::make_strand(context),
        asio::make_strand(asio::any_io_executor(pool.get_executor())),
    };
    int n = 0;
    for (const auto& executor : executors) {
        auto fleet = must(open_notes(executor, directory.path() / std::to_string(n++)));
        must(fleet.create("acme"));
        const auto db = must(fleet.tenant("acme"));
        must(db.write(insert(note("one"))));
        run_on(executor, [&] { expect_refusals(fleet, db); });
        CHECK(must(count_notes(db)) == 1);
    }
    working.reset();
    runner.join();
}

TEST_CASE("a body or a row's body that would wait for its own end is refused")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet"));
    must(fleet.create("acme"));
    must(fleet.create("globex"));
    must(fleet.with("acme", [&](auto) -> Result<void> {
        CHECK(refused(fleet.close(Shutdown::drain), errc::wrong_thread));
        return {};
    }));
    const auto db = must(fleet.tenant("acme"));
    must(db.write(insert(note("one"))));
    int rows = 0;
    must(db.for_each(select<Note>(), [&](const auto&) {
        ++rows;
        CHECK(refused(fleet.close(Shutdown::cancel), errc::wrong_thread));
        CHECK(refused(fleet.destroy("acme"), errc::wrong_thread));
        must(fleet.destroy("globex")); // that waits for nothing here
        must(fleet.create("globex"));
    }));
    CHECK(rows == 1);
    must(fleet.destroy("acme"));
    // A body of with() waits for nothing: its tenant may go under it.
    must(fleet.with("globex", [&](auto handle) -> Result<void> {
        must(fleet.destroy("globex"));
        CHECK(refused(count_notes(handle), errc::tenant_gone));
        return {};
    }));
}

TEST_CASE("limits bound the waiting of a write")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet"));
    must(fleet.create("acme"));
    const auto db = must(fleet.tenant("acme"));
    Door inside;
    Door leave;
    auto slow = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    auto running = db.async_write(slow, asio::use_future);
    REQUIRE(inside.wait());
    const auto quick = db.limited(within(std::chrono::milliseconds(1)));
    CHECK(refused(quick.write(insert(note("late"))), errc::timeout));
    CHECK(refused(quick.write([](auto&) -> Result<void> { return {}; }), errc::timeout));
    leave.open();
    must(running.get());
    CHECK(must(count_notes(db)) == 0);
}

TEST_CASE("whoever waits is answered when the fleet is closed under him")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "fleet", {.threads = 2}));
    must(fleet.create("acme"));
    const auto db = must(fleet.tenant("acme"));
    Door inside;
    Door leave;
    auto slow = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    auto running = db.async_write(slow, asio::use_future);
    REQUIRE(inside.wait());
    auto waiting = std::async(std::launch::async, [&] { return db.write(insert(note("late"))); });
    while (db.stats().queued_writes == 0) std::this_thread::yield();
    auto closed = fleet.async_close(Shutdown::cancel, asio::use_future);
    CHECK(refused(waiting.get(), errc::fleet_closed));
    leave.open();
    must(running.get());
    must(closed.get());
}
