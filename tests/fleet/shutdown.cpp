// The end of a fleet: by draining, by cancelling, by destruction. No acknowledged write is lost, and everybody is answered.
#include <tenantry/fleet/fleet.hpp>

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include "support/caller.hpp"
#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using test::Caller;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::open_notes;
using test::wait_for;

namespace {

struct Closing {
    explicit Closing(const FleetOptions& options = {})
    {
        fleet.emplace(must(open_notes(root(), options)));
        must(wait_for(fleet->async_create("a")));
        must(wait_for(fleet->async_create("b")));
    }

    [[nodiscard]] std::filesystem::path root() const { return directory.path() / "root"; }

    /// What a new fleet finds in the tenant.
    [[nodiscard]] std::vector<std::int64_t> found(const char* id) const
    {
        auto again = must(open_notes(root()));
        const auto db = must(wait_for(again.async_tenant(id)));
        return must(db.read(select(col<&Note::number>).from(table<Note>).order_by(col<&Note::id>)));
    }

    /// Whether a log was left beside a database.
    [[nodiscard]] bool logs_left() const
    {
        for (const auto& file : std::filesystem::recursive_directory_iterator(root()))
            if (file.path().native().ends_with("-wal") || file.path().native().ends_with("-shm")) return true;
        return false;
    }

    test::TempDir directory;
    std::optional<Fleet<Notes>> fleet;
};

// A write that runs until it is told to leave.
struct Running {
    test::Door inside;
    test::Door leave;
    std::future<Result<void>> done;

    Running(const TenantDb<Notes>& db, std::int64_t number)
    {
        auto body = [this, number](auto& tx) -> Result<void> {
            inside.open();
            if (!leave.wait()) return fail(errc::timeout);
            return tx.run(insert(note("", number)));
        };
        done = db.async_write(body, asio::use_future);
        if (!inside.wait()) FAIL("the write did not begin");
    }
};

// Everything that can be asked of a fleet answers that it is closed.
void check_closed(Fleet<Notes>& fleet)
{
    auto scope = []<class T>(TenantDb<T>) -> asio::awaitable<Result<int>> { co_return 1; };
    CHECK(wait_for(fleet.async_create("new")).error() == errc::fleet_closed);
    CHECK(wait_for(fleet.async_destroy("a")).error() == errc::fleet_closed);
    CHECK(wait_for(fleet.async_tenant("a")).error() == errc::fleet_closed);
    CHECK(wait_for(fleet.async_with("a", scope)).error() == errc::fleet_closed);
}

void check_closed(const TenantDb<Notes>& db)
{
    auto body = [](auto&) -> Result<int> { return 1; };
    CHECK(db.read(select<Note>()).error() == errc::fleet_closed);
    CHECK(wait_for(db.async_read(select<Note>())).error() == errc::fleet_closed);
    CHECK(wait_for(test::add_note(db, "late")).error() == errc::fleet_closed);
    CHECK(wait_for(db.async_write(body)).error() == errc::fleet_closed);
}

} // namespace

TEST_CASE("draining ends what was accepted, and lets nothing new in")
{
    Closing closing;
    auto& fleet = *closing.fleet;
    const auto db = must(wait_for(fleet.async_tenant("a")));
    Running running(db, 1);
    auto queued = test::add_note(db, "", 2)(asio::use_future);
    auto read = db.async_read(select<Note>(), asio::use_future);
    auto closed = fleet.async_close(Shutdown::drain, asio::use_future);
    check_closed(fleet);
    running.leave.open();
    must(running.done.get());
    must(queued.get());
    must(read.get());
    must(closed.get());
    CHECK_FALSE(closing.logs_left()); // before the destructor
    check_closed(fleet);
    check_closed(db);
    must(wait_for(fleet.async_close(Shutdown::drain))); // closed is closed
    closing.fleet.reset();
    CHECK(closing.found("a") == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("draining lets scopes that have begun run to their end")
{
    Closing closing;
    auto& fleet = *closing.fleet;
    Caller scope_caller;
    bool inside = false;
    bool go_on = false;
    auto scope = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<int>> {
        asio::steady_timer timer(co_await asio::this_coro::executor);
        inside = true;
        while (!go_on) {
            timer.expires_after(std::chrono::milliseconds(1));
            co_await timer.async_wait(asio::use_awaitable);
        }
        for (int n = 0; n < 3; ++n) {
            const auto row = note("", n);
            auto key = co_await db.async_write(insert(row));
            if (!key) co_return tl::unexpected(key.error());
        }
        auto seen = test::count_notes(db);
        if (!seen) co_return tl::unexpected(seen.error());
        co_return 1;
    };
    scope_caller.begin(fleet.async_with("a", scope));
    REQUIRE(scope_caller.run_until([&] { return inside; }));
    auto closed = fleet.async_close(Shutdown::drain, asio::use_future);
    check_closed(fleet);
    CHECK(closed.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    go_on = true;
    CHECK(scope_caller.succeeded());
    must(closed.get());
    CHECK_FALSE(closing.logs_left());
    closing.fleet.reset();
    CHECK(closing.found("a") == std::vector<std::int64_t>{0, 1, 2});
}

TEST_CASE("draining makes the tenants that are to be made")
{
    FleetOptions options;
    options.threads = 1;
    Closing closing(options);
    auto& fleet = *closing.fleet;
    const auto db = must(wait_for(fleet.async_tenant("a")));
    Running running(db, 1); // in the only thread
    auto created = fleet.async_create("c", asio::use_future);
    const bool drain = GENERATE(true, false);
    auto closed = fleet.async_close(drain ? Shutdown::drain : Shutdown::cancel, asio::use_future);
    running.leave.open();
    must(running.done.get());
    must(closed.get());
    const auto result = created.get();
    if (drain)
        CHECK(result.has_value());
    else
        CHECK(result.error() == errc::fleet_closed);
    CHECK(must(fleet.tenants()).size() == (drain ? 3U : 2U));
}

TEST_CASE("cancelling answers what waits, and waits for what runs")
{
    FleetOptions options;
    options.max_open = 1;
    options.open_deadline = std::chrono::hours(1);
    Closing closing(options);
    auto& fleet = *closing.fleet;
    const auto db = must(wait_for(fleet.async_tenant("a")));
    Running running(db, 1);
    auto queued = test::add_note(db, "", 2)(asio::use_future);
    auto waiting = fleet.async_tenant("b", asio::use_future); // for room
    auto closed = fleet.async_close(Shutdown::cancel, asio::use_future);
    CHECK(queued.get().error() == errc::fleet_closed); // while the first one runs
    CHECK(waiting.get().error() == errc::fleet_closed);
    check_closed(fleet);
    CHECK(closed.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    running.leave.open();
    must(running.done.get());
    must(closed.get());
    check_closed(db);
    CHECK_FALSE(closing.logs_left());
    closing.fleet.reset();
    CHECK(closing.found("a") == std::vector<std::int64_t>{1});
}

TEST_CASE("what is being drained can be cancelled")
{
    Closing closing;
    auto& fleet = *closing.fleet;
    const auto db = must(wait_for(fleet.async_tenant("a")));
    Caller scope_caller;
    std::optional<asio::steady_timer> endless;
    auto scope = [&]<class T>(TenantDb<T> handle) -> asio::awaitable<Result<int>> {
        endless.emplace(co_await asio::this_coro::executor, std::chrono::hours(1));
        boost::system::error_code ignored;
        co_await endless->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        const auto row = note("", 100);
        auto key = co_await handle.async_write(insert(row));
        if (!key) co_return tl::unexpected(key.error());
        co_return 1;
    };
    scope_caller.begin(fleet.async_with("b", scope));
    REQUIRE(scope_caller.run_until([&] { return endless.has_value(); }));
    Running running(db, 1);
    auto queued = test::add_note(db, "", 2)(asio::use_future);
    auto drained = fleet.async_close(Shutdown::drain, asio::use_future);
    CHECK(queued.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    auto cancelled = fleet.async_close(Shutdown::cancel, asio::use_future);
    CHECK(queued.get().error() == errc::fleet_closed);
    running.leave.open();
    must(running.done.get());
    must(drained.get());
    must(cancelled.get());
    CHECK(scope_caller.pending()); // the scope is the caller's own to end
    endless->cancel();
    CHECK(scope_caller.failed(errc::fleet_closed));
    endless.reset();
    closing.fleet.reset();
    CHECK(closing.found("a") == std::vector<std::int64_t>{1});
    CHECK(closing.found("b").empty());
}

TEST_CASE("what is not drained within the time that it has is cancelled")
{
    FleetOptions options;
    options.threads = 4;
    Closing closing(options);
    auto& fleet = *closing.fleet;
    const auto db = must(wait_for(fleet.async_tenant("a")));
    Caller scope_caller;
    std::optional<asio::steady_timer> endless;
    auto scope = [&]<class T>(TenantDb<T>) -> asio::awaitable<Result<int>> {
        endless.emplace(co_await asio::this_coro::executor, std::chrono::hours(1));
        boost::system::error_code ignored;
        co_await endless->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        co_return 1;
    };
    scope_caller.begin(fleet.async_with("b", scope));
    REQUIRE(scope_caller.run_until([&] { return endless.has_value(); }));
    Running running(db, 1);
    auto queued = test::add_note(db, "", 2)(asio::use_future);
    const auto soon = within(std::chrono::milliseconds(20));
    const bool blocking = GENERATE(false, true);
    auto closed = blocking
                      ? std::async(std::launch::async, [&] { return fleet.close(Shutdown::drain, soon); })
                      : fleet.async_close(Shutdown::drain, soon, asio::use_future);
    CHECK(queued.get().error() == errc::fleet_closed); // while the first one runs
    CHECK(closed.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    running.leave.open();
    must(running.done.get());
    must(closed.get());
    CHECK_FALSE(closing.logs_left());
    CHECK(scope_caller.pending());
    endless->cancel();
    CHECK(scope_caller.succeeded());
    endless.reset();
    closing.fleet.reset();
    CHECK(closing.found("a") == std::vector<std::int64_t>{1});
}

TEST_CASE("what is drained in time is done, and nobody waits for the rest of the time")
{
    FleetOptions options;
    options.threads = 2;
    Closing closing(options);
    auto& fleet = *closing.fleet;
    const auto db = must(wait_for(fleet.async_tenant("a")));
    Running running(db, 1);
    auto queued = test::add_note(db, "", 2)(asio::use_future);
    auto closed = fleet.async_close(Shutdown::drain, {.within = std::chrono::hours(1)}, asio::use_future);
    auto patient =
        fleet.async_close(Shutdown::drain, within(std::chrono::milliseconds::max()), asio::use_future);
    running.leave.open();
    must(queued.get());
    must(closed.get());
    must(patient.get());
    must(fleet.close(Shutdown::drain, within(std::chrono::milliseconds(1))));
    closing.fleet.reset();
    CHECK(closing.found("a") == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("the destructor waits for a body that runs and for nothing else")
{
    FleetOptions options;
    options.max_open = 1;
    options.open_deadline = std::chrono::hours(1);
    Closing closing(options);
    const auto db = must(wait_for(closing.fleet->async_tenant("a")));
    Running running(db, 1);
    auto queued = test::add_note(db, "", 2)(asio::use_future);
    auto waiting = closing.fleet->async_tenant("b", asio::use_future);
    auto destroyed = closing.fleet->async_destroy("b", asio::use_future);
    (void)destroyed.wait_for(std::chrono::seconds(0));
    auto ended = std::async(std::launch::async, [&] { closing.fleet.reset(); });
    CHECK(queued.get().error() == errc::fleet_closed); // while the first one runs
    CHECK_FALSE(waiting.get());
    running.leave.open();
    ended.get();
    must(running.done.get());
    (void)destroyed.get(); // this way or that, but answered
    CHECK_FALSE(closing.logs_left());
    CHECK(closing.found("a") == std::vector<std::int64_t>{1});
}

TEST_CASE("a handle is kept beyond the fleet, and so is an operation that has not begun")
{
    Closing closing;
    auto& fleet = *closing.fleet;
    const auto db = must(wait_for(fleet.async_tenant("a")));
    auto scope = []<class T>(TenantDb<T>) -> asio::awaitable<Result<int>> { co_return 1; };
    auto create = fleet.async_create("c");
    auto destroy = fleet.async_destroy("a");
    auto tenant = fleet.async_tenant("a");
    auto with = fleet.async_with("a", scope);
    auto write = test::add_note(db, "late");
    closing.fleet.reset();

    check_closed(db);
    CHECK(db.id() == "a");
    const auto check = [](auto operation) {
        test::Door called;
        bool closed = false;
        std::move(operation)([&](const auto& result) {
            closed = !result && result.error() == errc::fleet_closed;
            called.open();
        });
        REQUIRE(called.wait());
        CHECK(closed);
    };
    check(std::move(create));
    check(std::move(destroy));
    check(std::move(tenant));
    check(std::move(with));
    check(std::move(write));
    check(db.async_read(select<Note>()));
    CHECK(closing.found("a").empty());
}

TEST_CASE("a tenant that somebody else has replaced is closed with the fleet, though a handle of it is kept",
          "[shared]")
{
    Closing closing;
    auto& fleet = *closing.fleet;
    auto kept = must(wait_for(fleet.async_tenant("a")));
    must(wait_for(test::add_note(kept, "", 1)));
    {
        auto other = must(open_notes(closing.root()));
        must(wait_for(other.async_destroy("a")));
        must(wait_for(other.async_create("a")));
    }
    CHECK(wait_for(test::add_note(kept, "", 2)).error() == errc::tenant_gone);
    {
        const auto renewed = must(wait_for(fleet.async_tenant("a")));
        CHECK(renewed.incarnation() != kept.incarnation());
        must(wait_for(test::add_note(renewed, "", 3)));
        CHECK(kept.read(select<Note>()).error() == errc::tenant_gone);
    }
    const bool drain = GENERATE(true, false);
    auto closed = fleet.async_close(drain ? Shutdown::drain : Shutdown::cancel, asio::use_future);
    REQUIRE(closed.wait_for(test::long_enough) == std::future_status::ready);
    must(closed.get());
    CHECK_FALSE(closing.logs_left());
    closing.fleet.reset();
    kept = {}; // after all that served it
    CHECK(closing.found("a") == std::vector<std::int64_t>{3});
}

TEST_CASE("a handle of a tenant that somebody else has removed is let go after the fleet's end", "[shared]")
{
    Closing closing;
    auto kept = must(wait_for(closing.fleet->async_tenant("a")));
    {
        auto other = must(open_notes(closing.root()));
        must(wait_for(other.async_destroy("a")));
    }
    CHECK_FALSE(kept.read(select<Note>()));
    CHECK(wait_for(closing.fleet->async_tenant("a")).error() == errc::no_such_tenant);
    closing.fleet.reset();
    CHECK_FALSE(kept.read(select<Note>()));
    kept = {};
}

TEST_CASE("a fleet is moved, and swapped by assignment")
{
    Closing one;
    Closing two;
    must(wait_for(one.fleet->async_create("only-in-one")));
    Fleet<Notes> moved = std::move(*one.fleet);
    CHECK(must(moved.tenants()).size() == 3);
    moved = std::move(*two.fleet);
    CHECK(must(moved.tenants()).size() == 2);
    must(wait_for(test::add_note(must(wait_for(moved.async_tenant("a"))), "", 1)));
    {
        const auto ended = std::move(moved);
    }
    CHECK(two.found("a").size() == 1);
}
