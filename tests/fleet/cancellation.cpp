// A cancelled operation is taken out where it waits, or ended where it runs; its neighbours are not harmed.
#include <tenantry/fleet/fleet.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "support/caller.hpp"
#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/every_operation.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using test::Caller;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::OneTenant;
using test::wait_for;

namespace {

// A write that runs until it is told to leave.
struct Blocker {
    test::Door inside;
    test::Door leave;
    std::future<Result<void>> running;

    explicit Blocker(const TenantDb<Notes>& db)
    {
        auto body = [this](auto&) -> Result<void> {
            inside.open();
            return leave.wait() ? Result<void>() : fail(errc::timeout);
        };
        running = db.async_write(body, asio::use_future);
        if (!inside.wait()) FAIL("the blocking write did not begin");
    }
    ~Blocker()
    {
        leave.open();
        if (running.valid()) (void)running.get();
    }
};

// A query without an end.
constexpr auto endless()
{
    return sql<"with recursive c(n) as (select 1 union all select n + 1 from c) select max(n) from c",
               std::int64_t>();
}

FleetOptions small(std::size_t max_open)
{
    FleetOptions options;
    options.max_open = max_open;
    options.open_deadline = std::chrono::hours(1);
    return options;
}

} // namespace

TEST_CASE("a queued write that is cancelled leaves the queue at once and never runs")
{
    const auto type = GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial,
                               asio::cancellation_type::total);
    OneTenant open;
    Caller statement;
    Caller body_caller;
    Caller neighbour;
    int runs = 0;
    auto body = [&](auto& tx) -> Result<void> {
        ++runs;
        return tx.run(insert(note("never")));
    };
    {
        Blocker blocker(open.db);
        statement.begin(test::add_note(open.db, "never"));
        neighbour.begin(test::add_note(open.db, "kept"));
        body_caller.begin(open.db.async_write(body));
        statement.cancel(type);
        CHECK(statement.failed(errc::cancelled)); // while the first write runs
        CHECK(statement.error()->tenant() == "a");
        body_caller.cancel(type);
        CHECK(body_caller.failed(errc::cancelled));
        CHECK(neighbour.pending());
    }
    CHECK(neighbour.succeeded());
    CHECK(runs == 0);
    CHECK(must(open.db.read(select(col<&Note::text>))) == std::vector<std::string>{"kept"});
}

TEST_CASE("a running write that is cancelled is ended by its own flag and rolled back")
{
    const auto type = GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial,
                               asio::cancellation_type::total);
    OneTenant open;
    Caller before;
    Caller running;
    Caller after;
    test::Door inside;
    bool left = false;
    auto body = [&](auto& tx) -> Result<void> {
        must(tx.run(insert(note("rolled back"))));
        inside.open();
        auto never = tx.read(endless());
        left = true;
        must(never);
        return {};
    };
    before.begin(test::add_note(open.db, "before"));
    running.begin(open.db.async_write(body));
    after.begin(test::add_note(open.db, "after"));
    REQUIRE(inside.wait());
    running.cancel(type);
    CHECK(running.failed(errc::cancelled));
    CHECK(left); // answered only after the body has returned
    CHECK(before.succeeded());
    CHECK(after.succeeded());
    CHECK(must(open.db.read(select(col<&Note::text>).order_by(col<&Note::id>))) ==
          std::vector<std::string>{"before", "after"});
}

namespace {

void cancel_reads(const TenantDb<Notes>& db)
{
    Caller running;
    Caller queued;
    Caller neighbour;
    running.begin(db.async_read(endless()));
    queued.begin(db.async_read(select<Note>()));
    neighbour.begin(db.async_read(select<Note>()));
    queued.cancel();
    CHECK(queued.failed(errc::cancelled));
    CHECK(neighbour.pending()); // behind the endless one
    running.cancel();
    CHECK(running.failed(errc::cancelled));
    CHECK(neighbour.succeeded());
}

} // namespace

TEST_CASE("reads are cancelled alike", "[shared]")
{
    FleetOptions options;
    options.tenant.readers = 1;
    OneTenant open(options);
    const Blocker blocker(open.db); // so that there is no other connection to read with
    cancel_reads(open.db);
}

TEST_CASE("reads of a sole owner are cancelled alike")
{
    FleetOptions options;
    options.sole_owner = true;
    OneTenant open(options);
    cancel_reads(open.db);
}

TEST_CASE("who waits for room can be cancelled")
{
    OneTenant open(small(1)); // which keeps the one place
    must(wait_for(open.fleet.async_create("b")));
    int runs = 0;
    auto scope = [&]<class T>(TenantDb<T>) -> asio::awaitable<Result<void>> {
        ++runs;
        co_return Result<void>();
    };
    Caller with;
    Caller tenant;
    with.begin(open.fleet.async_with("b", scope));
    tenant.begin(open.fleet.async_tenant("b"));
    CHECK(with.pending());
    with.cancel();
    CHECK(with.failed(errc::cancelled));
    CHECK(tenant.pending());
    tenant.cancel(asio::cancellation_type::total);
    CHECK(tenant.failed(errc::cancelled));
    CHECK(runs == 0);

    // Nobody waits any more, and the place is given to who comes next.
    open.db = {};
    Caller next;
    next.begin(open.fleet.async_with("b", scope));
    CHECK(next.succeeded());
    CHECK(runs == 1);
}

TEST_CASE("cancelling a scope cancels what its body awaits")
{
    const auto type = GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial,
                               asio::cancellation_type::total);
    OneTenant open;
    Caller caller;
    bool inside = false;
    std::optional<Error> seen;
    SECTION("a write in the queue")
    {
        Blocker blocker(open.db);
        auto scope = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<int>> {
            inside = true;
            const auto row = note("never");
            auto key = co_await db.async_write(insert(row));
            if (key) co_return 1;
            seen = key.error();
            co_return tl::unexpected(key.error());
        };
        caller.begin(open.fleet.async_with("a", scope));
        REQUIRE(caller.run_until([&] { return inside; }));
        caller.cancel(type);
        CHECK(caller.failed(errc::cancelled));
        REQUIRE(seen);
        CHECK(*seen == errc::cancelled);
    }
    SECTION("a read that runs")
    {
        auto scope = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<int>> {
            inside = true;
            auto rows = co_await db.async_read(endless());
            if (rows) co_return 1;
            seen = rows.error();
            co_return tl::unexpected(rows.error());
        };
        caller.begin(open.fleet.async_with("a", scope));
        REQUIRE(caller.run_until([&] { return inside; }));
        caller.cancel(type);
        CHECK(caller.failed(errc::cancelled));
        REQUIRE(seen);
        CHECK(*seen == errc::cancelled);
    }
    SECTION("something of its own")
    {
        auto scope = [&]<class T>(TenantDb<T>) -> asio::awaitable<Result<int>> {
            asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
            inside = true;
            co_await timer.async_wait(asio::use_awaitable); // throws
            co_return 1;
        };
        caller.begin(open.fleet.async_with("a", scope));
        REQUIRE(caller.run_until([&] { return inside; }));
        caller.cancel(type);
        CHECK(caller.failed(errc::cancelled));
    }
    CHECK(must(test::count_notes(open.db)) == 0);
    // The lease went with the scope: at most this handle's own is left.
    open.db = {};
    must(wait_for(open.fleet.async_destroy("a")));
}

TEST_CASE("who waits for a tenant that is being opened can be cancelled, and so can its destruction")
{
    FleetOptions options;
    options.tenant.busy_deadline = std::chrono::hours(1);
    OneTenant open(options);
    must(open.fleet.create("b"));
    const auto database = must(open.fleet.directory("b")) / "main.db";
    // Nobody else can open it meanwhile.
    sqlite::Profile alone;
    alone.exclusive = true;
    auto other = must(sqlite::Connection::open(database, sqlite::OpenMode::read_write, alone));
    must(other.execute("BEGIN IMMEDIATE"));
    must(other.execute("CREATE TABLE other (x)"));
    must(other.execute("COMMIT"));
    int runs = 0;
    auto scope = [&]<class T>(TenantDb<T>) -> asio::awaitable<Result<void>> {
        ++runs;
        co_return Result<void>();
    };
    Caller with;
    Caller tenant;
    Caller destruction;
    with.begin(open.fleet.async_with("b", scope));
    tenant.begin(open.fleet.async_tenant("b"));
    CHECK(with.pending());
    with.cancel();
    CHECK(with.failed(errc::cancelled));
    CHECK(tenant.pending());
    destruction.begin(open.fleet.async_destroy("b"));
    destruction.cancel();
    CHECK(destruction.failed(errc::cancelled));
    CHECK(tenant.pending());
    tenant.cancel(asio::cancellation_type::total);
    CHECK(tenant.failed(errc::cancelled));
    CHECK(runs == 0);
    must(other.close());
    Caller next;
    next.begin(open.fleet.async_with("b", scope));
    CHECK(next.succeeded());
    CHECK(runs == 1);
}

TEST_CASE("the timer of what was cancelled keeps no context at work")
{
    asio::io_context context;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work(
        asio::make_work_guard(context));
    std::vector<std::thread> runners;
    for (int n = 0; n < 2; ++n) runners.emplace_back([&] { context.run(); });
    const test::TempDir directory;
    FleetOptions options = small(1);
    auto fleet = must(test::open_notes(context.get_executor(), directory.path() / "root", options));
    must(fleet.create("a"));
    must(fleet.create("b"));
    auto db = must(fleet.tenant("a"));
    Limits limits;
    limits.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    {
        Caller write;
        Caller tenant;
        const Blocker blocker(db);
        write.begin(test::add_note(db.limited(limits), "never"));
        tenant.begin(fleet.async_tenant("b")); // waits for room, for an hour at most
        write.cancel();
        tenant.cancel();
        CHECK(write.failed(errc::cancelled));
        CHECK(tenant.failed(errc::cancelled));
    }
    work.reset();
    for (auto& runner : runners) runner.join(); // they would run for an hour
    CHECK(std::chrono::steady_clock::now() < *limits.deadline);
    context.restart();
}

TEST_CASE("a creation that is cancelled before it has begun makes nothing")
{
    FleetOptions options;
    options.threads = 1;
    OneTenant open(options);
    Caller caller;
    {
        Blocker blocker(open.db); // the pool's one thread
        caller.begin(open.fleet.async_create("b"));
        caller.cancel();
    }
    CHECK(caller.failed(errc::cancelled));
    CHECK(must(open.fleet.tenants()).size() == 1);
}

TEST_CASE("cancelling what is answered already changes nothing")
{
    std::optional<OneTenant> open;
    open.emplace();
    Caller write;
    Caller tenant;
    write.begin(test::add_note(open->db, "done"));
    tenant.begin(open->fleet.async_tenant("a"));
    // A later write is done, so the first one is; its handler has not been called.
    must(wait_for(test::add_note(open->db, "later")));
    SECTION("while the fleet lives")
    {
        write.cancel();
        tenant.cancel();
    }
    SECTION("after its end, though a handle is kept")
    {
        const auto kept = open->db;
        open.reset();
        write.cancel();
        tenant.cancel();
    }
    CHECK(write.succeeded());
    CHECK(tenant.succeeded());
}

TEST_CASE("cancelling at any moment gives a result that is true")
{
    OneTenant open;
    std::int64_t expected = 0;
    for (int round = 0; round < 300; ++round) {
        Caller caller;
        Caller neighbour;
        caller.begin(test::add_note(open.db, "perhaps"));
        neighbour.begin(test::add_note(open.db, "surely"));
        test::spin(static_cast<std::size_t>((round % 30) * 500));
        caller.cancel();
        REQUIRE(caller.answered());
        if (caller.error()) REQUIRE(*caller.error() == errc::cancelled);
        expected += caller.error() ? 1 : 2;
        REQUIRE(neighbour.succeeded());
    }
    CHECK(must(test::count_notes(open.db)) == expected);
}
