// Another process's lock: who waits for it holds no thread, and does not wait for ever.
#include <tenantry/fleet/fleet.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/door.hpp"
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
using test::wait_for;

namespace {

// A connection of its own, which to SQLite is what another process's is.
class Lock {
public:
    Lock(const Fleet<Notes>& fleet, const char* id)
        : connection_(must(
              sqlite::Connection::open(must(fleet.directory(id)) / "main.db", sqlite::OpenMode::read_write)))
    {
        take();
    }
    void take() { must(connection_.execute("BEGIN IMMEDIATE")); }
    void release() { must(connection_.execute("ROLLBACK")); }

private:
    sqlite::Connection connection_;
};

struct Open {
    explicit Open(const FleetOptions& options) : fleet(must(open_notes(directory.path() / "root", options)))
    {
        for (const char* id : {"a", "b", "c"}) {
            must(wait_for(fleet.async_create(id)));
            dbs.push_back(must(wait_for(fleet.async_tenant(id))));
        }
    }

    test::TempDir directory;
    Fleet<Notes> fleet;
    std::vector<TenantDb<Notes>> dbs;
};

} // namespace

TEST_CASE("two locked tenants do not stop a pool of two, or of one")
{
    FleetOptions options;
    options.threads = GENERATE(std::size_t{1}, std::size_t{2});
    CAPTURE(options.threads);
    options.tenant.busy_deadline = std::chrono::hours(1);
    Open open(options);
    Lock a(open.fleet, "a");
    Lock b(open.fleet, "b");
    auto first = test::add_note(open.dbs[0], "", 1)(asio::use_future);
    auto second = test::add_note(open.dbs[0], "", 2)(asio::use_future);
    auto other = test::add_note(open.dbs[1], "", 3)(asio::use_future);
    for (int n = 0; n < 20; ++n) must(wait_for(test::add_note(open.dbs[2], "", n)));
    CHECK(must(wait_for(open.dbs[0].async_read(select<Note>()))).empty()); // reading needs no lock of theirs
    must(wait_for(open.fleet.async_create("d")));
    const auto pending = [](auto& future) {
        return future.wait_for(std::chrono::seconds(0)) == std::future_status::timeout;
    };
    CHECK(pending(first));
    CHECK(pending(other));
    a.release();
    b.release();
    must(first.get());
    must(second.get());
    must(other.get());
    CHECK(must(open.dbs[0].read(select(col<&Note::number>).from(table<Note>).order_by(col<&Note::id>))) ==
          std::vector<std::int64_t>{1, 2});
}

TEST_CASE("who waits for a lock too long is told so")
{
    FleetOptions options;
    options.threads = 1;
    options.tenant.busy_deadline = std::chrono::milliseconds(20);
    Open open(options);
    Lock lock(open.fleet, "a");
    const auto refused = wait_for(test::add_note(open.dbs[0], "refused"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::busy);
    CHECK(refused.error().tenant() == "a");
    lock.release();
    must(wait_for(test::add_note(open.dbs[0], "written")));
    CHECK(must(test::count_notes(open.dbs[0])) == 1);
}

TEST_CASE("a lock that is met a second time, however late, refuses nobody who has not waited for it for long")
{
    constexpr std::chrono::milliseconds patience{300};
    FleetOptions options;
    options.threads = 1; // so that what comes first is known
    options.tenant.busy_deadline = patience;
    options.tenant.batch_writes = 1;
    Open open(options);
    Lock lock(open.fleet, "a");
    // What the one thread does between two turns of the tenant's.
    const auto in_between = [&](auto what) {
        auto body = [what](auto&) -> Result<void> {
            what();
            return {};
        };
        return open.dbs[1].async_snapshot(body, asio::use_future);
    };
    const auto nothing = [] {};
    constexpr std::size_t rounds = 2;
    std::array<test::Door, rounds> running;
    std::array<test::Door, rounds> to_be_met;
    std::vector<std::future<Result<void>>> written;
    for (std::size_t round = 0; round < rounds; ++round) {
        auto long_one = [&running = running[round], &to_be_met = to_be_met[round],
                         patience](auto&) -> Result<void> {
            running.open();
            const bool opened = to_be_met.wait();
            std::this_thread::sleep_for(patience);
            return opened ? Result<void>() : fail(errc::timeout, "");
        };
        written.push_back(open.dbs[0].async_write(long_one, asio::use_future));
    }
    for (int n = 0; n < 100; ++n) {
        auto body = [n](auto& tx) -> Result<void> { return tx.run(insert(note("", n))); };
        written.push_back(open.dbs[0].async_write(body, asio::use_future));
    }
    must(in_between(nothing).get()); // it was met by now
    lock.release();
    for (std::size_t round = 0; round < rounds; ++round) {
        // The tenant's own write takes as long as others might wait, and when it is over the lock is held again.
        REQUIRE(running[round].wait());
        auto taken = in_between([&] { lock.take(); });
        to_be_met[round].open();
        must(written[round].get());
        must(taken.get());
        must(in_between(nothing).get()); // all of the others have met it
        lock.release();
    }
    for (std::size_t n = rounds; n < written.size(); ++n) must(written[n].get());
    CHECK(must(test::count_notes(open.dbs[0])) == 100);
}

TEST_CASE("a pool that was busy for longer than opening may wait for a lock does not make it give up at once")
{
    FleetOptions options;
    options.threads = 1;
    options.tenant.busy_deadline = std::chrono::milliseconds(300);
    test::TempDir directory;
    {
        auto fleet = must(open_notes(directory.path() / "root", options));
        for (const char* id : {"a", "b"}) must(fleet.create(id));
    }
    auto fleet = must(open_notes(directory.path() / "root", options));
    const auto other = must(fleet.tenant("b"));
    auto connection =
        must(sqlite::Connection::open(must(fleet.directory("a")) / "main.db", sqlite::OpenMode::read_write));
    must(
        connection.execute("DROP TABLE reply; PRAGMA user_version = 0; BEGIN IMMEDIATE")); // to be made again
    auto long_one = [](auto&) -> Result<void> {
        std::this_thread::sleep_for(std::chrono::milliseconds(320));
        return {};
    };
    auto brief_one = [](auto&) -> Result<void> { return {}; };
    auto busy = other.async_snapshot(long_one, asio::use_future);
    auto opened = fleet.async_tenant("a", asio::use_future);
    must(busy.get());
    must(other.async_snapshot(brief_one, asio::use_future).get()); // it was tried by now
    must(connection.execute("ROLLBACK"));
    CHECK(must(test::count_notes(must(opened.get()))) == 0);
}

TEST_CASE("two fleets that write steadily to one tenant both get their turn")
{
    constexpr std::size_t each = 20;
    FleetOptions options;
    options.threads = 2;
    Open open(options);
    auto second = must(open_notes(open.directory.path() / "root", options));
    const std::array<TenantDb<Notes>, 2> dbs{open.dbs[0], must(second.tenant("a"))};
    std::mutex mutex;
    std::vector<std::size_t> wrote; // which of the two, in order
    const auto write = [&](std::size_t which, auto meanwhile) {
        auto body = [&, which](auto& tx) -> Result<void> {
            {
                const std::lock_guard lock(mutex);
                wrote.push_back(which);
            }
            meanwhile();
            return tx.run(insert(note("")));
        };
        return dbs[which].write(body);
    };
    // Each has met the other's lock.
    for (const std::size_t holder : {std::size_t{0}, std::size_t{1}}) {
        test::Door held;
        test::Door may_end;
        std::thread holding([&] {
            must(write(holder, [&] {
                held.open();
                (void)may_end.wait();
            }));
        });
        REQUIRE(held.wait());
        auto body = [](auto&) -> Result<void> { return {}; };
        const auto met = dbs[1 - holder].limited(within(std::chrono::milliseconds(5))).write(body);
        CHECK((!met && met.error() == errc::timeout));
        may_end.open();
        holding.join();
    }
    wrote.clear();
    std::vector<std::thread> threads;
    for (const std::size_t which : {std::size_t{0}, std::size_t{1}})
        threads.emplace_back([&, which] {
            for (std::size_t n = 0; n < each; ++n)
                must(write(which, [] { std::this_thread::sleep_for(std::chrono::milliseconds(21)); }));
        });
    for (auto& thread : threads) thread.join();
    // In turns: one of them does not write all of its own first.
    std::size_t changes = 0;
    for (std::size_t n = 1; n < wrote.size(); ++n) changes += wrote[n] != wrote[n - 1] ? 1 : 0;
    CAPTURE(wrote);
    CHECK(changes >= each / 2);
}

TEST_CASE("the fleet closes while a write waits for a lock")
{
    FleetOptions options;
    options.tenant.busy_deadline = std::chrono::hours(1);
    Open open(options);
    Lock lock(open.fleet, "a");
    auto waiting = test::add_note(open.dbs[0], "given up")(asio::use_future);
    SECTION("by cancelling")
    {
        (void)wait_for(open.fleet.async_close(Shutdown::cancel));
        CHECK(waiting.get().error() == errc::fleet_closed);
        lock.release();
    }
    SECTION("by destruction")
    {
        {
            const Fleet<Notes> ended = std::move(open.fleet);
        }
        CHECK(waiting.get().error() == errc::fleet_closed);
        lock.release();
    }
    SECTION("by draining, once the lock is free")
    {
        auto closed = open.fleet.async_close(Shutdown::drain, asio::use_future);
        lock.release();
        must(waiting.get());
        (void)closed.get();
    }
}
