// The longest times that a program can choose are never over, and negative ones are refused.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <tenantry/tenant/upkeep.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"
#include "support/until.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace std::chrono_literals;
using test::Door;
using test::must;
using test::Note;
using test::Notes;
using test::open_notes;
using test::until;
using test::wait_for;

namespace {

constexpr auto for_ever = std::chrono::milliseconds::max();

// Nothing is done now and then, but what a test says.
FleetOptions quiet()
{
    FleetOptions options;
    options.threads = 2;
    options.trim_idle_after = options.close_idle_after = options.upkeep.idle_after = 0ms;
    options.tenant.checkpoints.age = 1h;
    return options;
}

struct OneTenant {
    explicit OneTenant(const FleetOptions& options)
        : fleet(must(open_notes(directory.path() / "root", options)))
    {
        must(wait_for(fleet.async_create("a")));
    }

    TenantDb<Notes> db() { return must(wait_for(fleet.async_tenant("a"))); }

    // Writes, opens a reader, and leaves the tenant to itself.
    void use()
    {
        const auto handle = db();
        must(wait_for(test::add_note(handle, "a note")));
        const auto body = [](auto& snapshot) {
            return snapshot.read(one(select(count()).from(table<Note>)));
        };
        must(handle.snapshot(body));
        REQUIRE(handle.stats().readers == 1);
    }

    [[nodiscard]] TenantStats tenants() const { return fleet.stats().tenants; }

    // What is done now and then was done: readers were given back.
    [[nodiscard]] bool was_trimmed() const
    {
        return until([&] { return tenants().readers == 0; });
    }

    test::TempDir directory;
    Fleet<Notes> fleet;
};

// Nobody says that somebody waits: an answer that comes at once is here by then.
template <class Future>
[[nodiscard]] bool is_pending(Future& future)
{
    return future.wait_for(20ms) == std::future_status::timeout;
}

} // namespace

TEST_CASE("a tenant that is to be closed after the longest time stays open")
{
    auto options = quiet();
    options.close_idle_after = for_ever;
    options.trim_idle_after = 1ms;
    OneTenant open(options);
    open.use();
    CHECK(open.was_trimmed());
    CHECK(open.fleet.stats().open == 1);
    CHECK(open.fleet.stats().closed_idle == 0);
}

TEST_CASE("a tenant that is to be trimmed after the longest time keeps its readers")
{
    auto options = quiet();
    options.trim_idle_after = for_ever;
    options.tenant.checkpoints.age = 1ms;
    OneTenant open(options);
    open.use();
    CHECK(until([&] { return open.tenants().checkpoints != 0; }));
    CHECK(open.tenants().readers == 1);
}

TEST_CASE("a tenant that is to be looked after after the longest time is not")
{
    auto options = quiet();
    options.upkeep.idle_after = for_ever;
    options.trim_idle_after = 1ms;
    OneTenant open(options);
    open.use();
    CHECK(open.was_trimmed());
    CHECK(open.tenants().upkeeps == 0);
}

TEST_CASE("a tenant that is to be looked after again after the longest time is looked after once")
{
    auto options = quiet();
    options.upkeep.idle_after = 1ms;
    options.upkeep.every = for_ever;
    options.trim_idle_after = 1ms;
    OneTenant open(options);
    open.use();
    CHECK(until([&] { return open.tenants().upkeeps == 1; }));
    for (int n = 0; n < 3; ++n) {
        open.use();
        CHECK(open.was_trimmed());
    }
    CHECK(open.tenants().upkeeps == 1);
}

TEST_CASE("a log that is to be written back at the longest age is left")
{
    auto options = quiet();
    options.tenant.checkpoints.age = for_ever;
    options.trim_idle_after = 1ms;
    OneTenant open(options);
    open.use();
    CHECK(open.was_trimmed());
    CHECK(open.tenants().checkpoints == 0);
}

TEST_CASE("a log that may be long for the longest time is left to grow")
{
    auto options = quiet();
    options.tenant.checkpoints.size = 1;
    options.tenant.checkpoints.interval = for_ever;
    OneTenant open(options);
    const auto db = open.db();
    for (int n = 0; n < 50; ++n) must(wait_for(test::add_note(db, std::string(5000, 'x'))));
    CHECK(db.stats().checkpoints + db.stats().checkpoints_blocked == 0);
}

TEST_CASE("who waits for a reader for the longest time gets one")
{
    auto options = quiet();
    options.sole_owner = GENERATE(false, true);
    CAPTURE(options.sole_owner);
    if (!options.sole_owner) options.tenant.readers = 1;
    options.tenant.read_wait = for_ever;
    OneTenant open(options);
    const auto db = open.db();
    Door inside;
    Door leave;
    auto reader = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    auto reading = db.async_snapshot(reader)(asio::use_future);
    REQUIRE(inside.wait());
    auto here = std::async(std::launch::async, [&] {
        const auto body = [](auto& snapshot) {
            return snapshot.read(one(select(count()).from(table<Note>)));
        };
        return db.snapshot(body);
    });
    CHECK(is_pending(here));
    leave.open();
    CHECK(must(here.get()) == 0);
    must(reading.get());
}

TEST_CASE("who waits for room for the longest time gets it")
{
    auto options = quiet();
    options.max_open = 1;
    options.open_deadline = for_ever;
    OneTenant open(options);
    must(wait_for(open.fleet.async_create("b")));
    auto held = open.db();
    auto other = open.fleet.async_tenant("b")(asio::use_future);
    CHECK(is_pending(other));
    held = {};
    must(other.get());
}

TEST_CASE("who waits for a lock for the longest time gets it")
{
    auto options = quiet();
    options.tenant.busy_deadline = for_ever;
    OneTenant open(options);
    const auto db = open.db();
    auto lock = must(
        sqlite::Connection::open(must(open.fleet.directory("a")) / "main.db", sqlite::OpenMode::read_write));
    must(lock.execute("BEGIN IMMEDIATE"));
    auto writing = test::add_note(db, "after it")(asio::use_future);
    CHECK(is_pending(writing));
    must(lock.execute("ROLLBACK"));
    must(writing.get());
}

TEST_CASE("a batch that may take the longest time takes all that waits")
{
    auto options = quiet();
    options.tenant.batch_time = for_ever;
    OneTenant open(options);
    const auto db = open.db();
    Door inside;
    Door leave;
    auto first_one = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    const auto before = db.stats().commits;
    auto blocking = db.async_write(first_one)(asio::use_future);
    REQUIRE(inside.wait());
    std::vector<std::future<Result<Key<Note, Notes>>>> waiting;
    for (int n = 0; n < 10; ++n) waiting.push_back(test::add_note(db, "a note", n)(asio::use_future));
    leave.open();
    must(blocking.get());
    for (auto& each : waiting) must(each.get());
    CHECK(db.stats().commits - before <= 2);
}

TEST_CASE("limits of the longest times are none")
{
    OneTenant open(quiet());
    const auto db = open.db();
    int written = 0;
    for (const Limits& limits :
         {within(for_ever), within(std::chrono::hours::max()),
          Limits{.deadline = Limits::Clock::time_point::max()}, Limits{.time_limit = for_ever},
          Limits{.deadline = Limits::Clock::time_point::max(), .time_limit = for_ever}}) {
        const auto limited = db.limited(limits);
        must(limited.read(select<Note>()));
        must(wait_for(limited.async_read(select<Note>())));
        const auto snapshot = [](auto& moment) { return moment.read(select<Note>()); };
        must(limited.snapshot(snapshot));
        must(wait_for(limited.async_snapshot(snapshot)));
        must(limited.for_each(select<Note>(), [](const auto&) {}));
        must(wait_for(test::add_note(limited, "a note")));
        const Note note = test::note("another");
        must(limited.write(insert(note)));
        const auto body = [&](auto& tx) { return tx.run(insert(note)); };
        must(limited.write(body));
        must(wait_for(limited.async_write(body)));
        must(compact(limited));
        written += 4;
    }
    CHECK(must(test::count_notes(db)) == written);
}

TEST_CASE("negative times are refused, by their names")
{
    test::TempDir directory;
    const auto check = [&](const char* name, auto change) {
        FleetOptions options;
        change(options);
        const auto opened = open_notes(directory.path() / "root", options);
        REQUIRE_FALSE(opened);
        CHECK(opened.error() == errc::invalid_argument);
        CHECK(opened.error().message().find(name) != std::string::npos);
    };
    const auto before = -1ms;
    check("close_idle_after", [&](FleetOptions& options) { options.close_idle_after = before; });
    check("trim_idle_after", [&](FleetOptions& options) { options.trim_idle_after = before; });
    check("open_deadline", [&](FleetOptions& options) { options.open_deadline = before; });
    check("upkeep.idle_after", [&](FleetOptions& options) { options.upkeep.idle_after = before; });
    check("upkeep.every", [&](FleetOptions& options) { options.upkeep.every = before; });
    check("batch_time", [&](FleetOptions& options) { options.tenant.batch_time = before; });
    check("busy_deadline", [&](FleetOptions& options) { options.tenant.busy_deadline = before; });
    check("read_wait", [&](FleetOptions& options) { options.tenant.read_wait = before; });
    check("checkpoints.interval",
          [&](FleetOptions& options) { options.tenant.checkpoints.interval = before; });
    check("checkpoints.age", [&](FleetOptions& options) { options.tenant.checkpoints.age = before; });
    check("profile.busy_timeout",
          [&](FleetOptions& options) { options.tenant.profile.busy_timeout = before; });
    CHECK_FALSE(std::filesystem::exists(directory.path() / "root"));
}
