// Another process's lock: who waits for it holds no thread, and does not wait for ever.
#include <tenantry/fleet/fleet.hpp>

#include <chrono>
#include <string>
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
        must(connection_.execute("BEGIN IMMEDIATE"));
    }
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
    CHECK(must(open.dbs[0].read(select(col<&Note::number>).from<Note>().order_by(col<&Note::id>))) ==
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
