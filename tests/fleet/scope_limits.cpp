// One limit for all of a scope: the wait for room, opening and migrating its tenant, and every operation inside.
#include <tenantry/fleet/fleet.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/version.hpp>
#if BOOST_VERSION >= 108600
#include <boost/asio/cancel_after.hpp>
#endif

#include <tenantry/sqlite/connection.hpp>
#include <tenantry/testing/manual_clock.hpp>

#include "support/caller.hpp"
#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace std::chrono_literals;
using test::must;
using test::Notes;
using test::open_notes;
using test::wait_for;

namespace {

const auto endless =
    sql<"with recursive c(n) as (select 1 union all select n + 1 from c) select max(n) from c",
        std::int64_t>();

// What is done with a tenant: it takes as long as it may.
template <class T>
Result<void> work(const TenantDb<T>& db)
{
    return db.read(endless).map([](const auto&) {});
}

// Every way to use a tenant within limits.
struct Way {
    std::string name;
    std::function<Result<void>(Fleet<Notes>&, const Limits&)> call;
};

std::vector<Way> every_way()
{
    return {{"async_with",
             [](auto& fleet, const Limits& limits) {
                 auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
                     auto found = co_await db.async_read(endless);
                     co_return found ? Result<void>() : fail(found.error());
                 };
                 return wait_for(fleet.async_with("a", limits, body));
             }},
            {"with",
             [](auto& fleet, const Limits& limits) {
                 return fleet.with("a", limits, []<class T>(TenantDb<T> db) { return work(db); });
             }},
            {"async_tenant",
             [](auto& fleet, const Limits& limits) {
                 return wait_for(fleet.async_tenant("a", limits)).and_then(&work<Notes>);
             }},
            {"tenant", [](auto& fleet, const Limits& limits) {
                 return fleet.tenant("a", limits).and_then(&work<Notes>);
             }}};
}

void check_timeout(Fleet<Notes>& fleet, const Limits& limits)
{
    for (const auto& way : every_way()) {
        INFO(way.name);
        const auto result = way.call(fleet, limits);
        REQUIRE_FALSE(result);
        CHECK(result.error() == errc::timeout);
        CHECK(result.error().tenant() == "a");
    }
}

struct Two {
    explicit Two(const FleetOptions& options) : fleet(must(open_notes(directory.path() / "root", options)))
    {
        for (const auto* id : {"a", "b"}) must(fleet.create(id));
    }
    test::TempDir directory;
    Fleet<Notes> fleet;
};

// Another program that writes to a tenant whose schema is to be looked at when it is opened.
class Writing {
public:
    explicit Writing(Two& two)
        : other_(must(sqlite::Connection::open(must(two.fleet.directory("a")) / "main.db",
                                               sqlite::OpenMode::read_write)))
    {
        must(other_->execute("PRAGMA user_version = 1; BEGIN IMMEDIATE"));
    }
    void end()
    {
        must(other_->execute("ROLLBACK"));
        other_.reset();
    }

private:
    std::optional<sqlite::Connection> other_;
};

} // namespace

TEST_CASE("a limit covers the wait for a tenant, its opening, and every operation inside")
{
    FleetOptions options;
    options.threads = 4;
    options.max_open = 1;
    options.open_deadline = 1h;
    options.tenant.busy_deadline = 1h;
    Two two(options);
    SECTION("nothing begins when it is over")
    {
        check_timeout(two.fleet, {.deadline = Limits::Clock::now()});
        check_timeout(two.fleet, within(-1ms));
        CHECK(two.fleet.stats().opened == 0);
    }
    SECTION("the wait for room")
    {
        auto held = must(two.fleet.tenant("b"));
        check_timeout(two.fleet, within(10ms));
        check_timeout(two.fleet, {.deadline = Limits::Clock::now() + 10ms});
        held = {};
        must(must(two.fleet.tenant("a")).read(select<test::Note>()));
    }
    SECTION("opening and migrating, while another program has the tenant's lock")
    {
        Writing other(two);
        check_timeout(two.fleet, within(10ms));
        CHECK(two.fleet.stats().opened == 0);
        other.end();
        must(must(two.fleet.tenant("a", within(test::long_enough))).read(select<test::Note>()));
    }
    SECTION("what is done with it")
    {
        check_timeout(two.fleet, {.time_limit = 5ms});
        (void)must(two.fleet.tenant("a"));
        check_timeout(two.fleet, within(30ms));
        CHECK(two.fleet.stats().opened == 1);
    }
}

TEST_CASE("the fleet's own patience ends a wait before a later limit does")
{
    Two two({.threads = 2, .max_open = 1, .open_deadline = 1ms});
    const auto held = must(two.fleet.tenant("b"));
    CHECK(two.fleet.tenant("a", within(1h)).error() == errc::too_many_open);
    CHECK(wait_for(two.fleet.async_tenant("a", {.within = 1h})).error() == errc::too_many_open);
}

TEST_CASE("a handle that has limits may be limited further, and no less")
{
    Two two({.threads = 2});
    const auto notes = one(select(count()).from(table<test::Note>));
    const auto db = must(two.fleet.tenant("a", within(1h)));
    CHECK(must(db.read(notes)) == 0);
    CHECK(db.limited({.time_limit = 5ms}).read(endless).error() == errc::timeout);
    const auto over = db.limited(within(-1ms));
    CHECK(over.read(notes).error() == errc::timeout);
    CHECK(over.limited({}).read(notes).error() == errc::timeout);
    CHECK(over.limited(within(1h)).read(notes).error() == errc::timeout);
    CHECK(must(over.unlimited().read(notes)) == 0);
    auto body = [&]<class T>(TenantDb<T> scope) { return scope.limited({.time_limit = 5ms}).read(endless); };
    CHECK(two.fleet.with("a", within(1h), body).error() == errc::timeout);
}

TEST_CASE("limits of a scope go by the fleet's clock")
{
    testing::ManualClock clock;
    FleetOptions options;
    options.threads = 2;
    options.max_open = 1;
    options.open_deadline = 100h;
    options.trim_idle_after = 20ms; // so that it is asked often
    options.tenant.busy_deadline = 100h;
    options.clock = TimeSource(clock);
    Two two(options);
    std::optional<TenantDb<Notes>> held;
    std::optional<Writing> other;
    const bool opening = GENERATE(false, true);
    if (opening)
        other.emplace(two);
    else
        held = must(two.fleet.tenant("b"));
    const bool by_deadline = GENERATE(false, true);
    const Limits limits = by_deadline ? Limits{.deadline = clock.now() + 1h} : Limits{.within = 1h};
    test::Arrival<Result<TenantDb<Notes>>> arrival;
    auto answer = arrival.promise->get_future();
    two.fleet.async_tenant("a", limits)(std::move(arrival));
    const auto end = std::chrono::steady_clock::now() + 30ms;
    while (std::chrono::steady_clock::now() < end)
        REQUIRE(answer.wait_for(0ms) == std::future_status::timeout);
    clock.advance(1h);
    CHECK(answer.get().error() == errc::timeout);
    if (other) other->end();
}

TEST_CASE("a scope that is cancelled after a time ends, whatever it waits for")
{
    Two two({.threads = 4, .max_open = 1, .open_deadline = 1h});
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
        co_return co_await db.async_read(one(endless));
    };
    std::optional<TenantDb<Notes>> held;
    if (GENERATE(false, true)) held = must(two.fleet.tenant("b"));
    SECTION("by a timer and a signal")
    {
        test::Caller caller;
        asio::steady_timer timer(caller.context(), 10ms);
        timer.async_wait([&](boost::system::error_code error) {
            if (!error) caller.cancel(asio::cancellation_type::total);
        });
        caller.begin(two.fleet.async_with("a", body));
        CHECK(caller.failed(errc::cancelled));
    }
#if BOOST_VERSION >= 108600
    SECTION("by asio::cancel_after")
    {
        auto cancelled = two.fleet.async_with("a", body, asio::cancel_after(10ms, asio::use_future));
        CHECK(cancelled.get().error() == errc::cancelled);
        auto at = std::chrono::steady_clock::now() + 10ms;
        auto later = two.fleet.async_with("a", body, asio::cancel_at(at, asio::use_future));
        CHECK(later.get().error() == errc::cancelled);
    }
#endif
}
