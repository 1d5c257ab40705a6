// A fleet that alone owns its files: what works as in others, and what is refused. The main scenarios of other tests run
// in this mode too, as <name>.sole.
#include <tenantry/fleet/fleet.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

template <class R>
[[nodiscard]] bool refused(const Result<R>& result, errc code, const std::string& says = {})
{
    if (result) return false;
    INFO(said(result.error()));
    CHECK(std::string(result.error().message()).find(says) != std::string::npos);
    return result.error() == code;
}

FleetOptions sole(std::size_t max_open = 4)
{
    return {.sole_owner = true, .threads = 2, .max_open = max_open};
}

fs::path database(Fleet<Notes>& fleet, std::string_view id) { return must(fleet.directory(id)) / "main.db"; }

bool has_shared_memory(Fleet<Notes>& fleet, std::string_view id)
{
    return fs::exists(database(fleet, id).string() + "-shm");
}

std::int64_t notes_in(Fleet<Notes>& fleet, std::string_view id)
{
    return must(fleet.with(id, [](auto db) { return count_notes(db); }));
}

Result<void> add(Fleet<Notes>& fleet, std::string_view id)
{
    return fleet.with(id, [](auto db) -> Result<void> {
        auto key = db.write(insert(note("one more")));
        return key ? Result<void>() : fail(key.error());
    });
}

} // namespace

TEST_CASE("owned, shared and owned again")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    {
        auto fleet = must(open_notes(root, sole()));
        for (int n = 0; n < 6; ++n)
            must(fleet.create("t" + std::to_string(n))); // by statements, then as files
        must(add(fleet, "t5"));
        must(add(fleet, "t0"));
        CHECK(notes_in(fleet, "t5") == 1);
        CHECK(fs::exists(database(fleet, "t5").string() + "-wal"));
        CHECK_FALSE(has_shared_memory(fleet, "t5"));
        must(fleet.destroy("t1"));
        CHECK(refused(fleet.tenant("t1"), errc::no_such_tenant));
        must(fleet.create("t1"));
        CHECK(notes_in(fleet, "t1") == 0);
    }
    {
        auto fleet = must(open_notes(root, {.threads = 2}));
        const auto db = must(fleet.tenant("t5"));
        CHECK(must(count_notes(db)) == 1);
        CHECK(has_shared_memory(fleet, "t5"));
        must(add(fleet, "t5"));
    }
    auto fleet = must(open_notes(root, sole()));
    CHECK(notes_in(fleet, "t5") == 2);
    must(add(fleet, "t5"));
    CHECK(notes_in(fleet, "t5") == 3);
    CHECK_FALSE(has_shared_memory(fleet, "t5"));
}

TEST_CASE("tenants are evicted, and come back with all they had")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "root", sole(1)));
    must(fleet.create("a"));
    must(fleet.create("b"));
    for (int round = 1; round <= 10; ++round)
        for (const char* id : {"a", "b"}) {
            must(add(fleet, id));
            REQUIRE(notes_in(fleet, id) == round);
        }
    CHECK(fleet.stats().evicted >= 19);
}

TEST_CASE("a second fleet in this process, of either kind, is refused until the first has ended")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    std::optional<Fleet<Notes>> first(must(open_notes(root, sole())));
    must(first->create("a"));
    CHECK(refused(open_notes(root, sole()), errc::busy, "must be alone"));
    CHECK(refused(open_notes(root), errc::busy, "has a sole owner"));
    // Answered when others may have it.
    must(first->close(Shutdown::drain));
    {
        auto second = must(open_notes(root));
        CHECK(refused(open_notes(root, sole()), errc::busy, "must be alone"));
        auto third = must(open_notes(root)); // any number that share it
        CHECK(notes_in(second, "a") == 0);
        CHECK(notes_in(third, "a") == 0);
    }
    const auto fourth = must(open_notes(root, sole()));
    first.reset();
    CHECK(refused(open_notes(root), errc::busy));
}

TEST_CASE("another process is refused, and refuses")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    std::optional<Fleet<Notes>> fleet(must(open_notes(root, sole())));
    must(fleet->create("a"));
    must(add(*fleet, "a"));
    Child other("fleet_client", {root.string()});
    CHECK(other.ask("open") == "busy");
    CHECK(other.ask("open alone") == "busy");
    fleet.reset();
    REQUIRE(other.ask("open alone") == "ok");
    CHECK(other.ask("count a") == "1");
    CHECK(refused(open_notes(root, sole()), errc::busy));
    CHECK(refused(open_notes(root), errc::busy));
    REQUIRE(other.ask("close") == "ok");
    REQUIRE(other.ask("open") == "ok");
    CHECK(refused(open_notes(root, sole()), errc::busy));
    CHECK(notes_in(fleet.emplace(must(open_notes(root))), "a") == 1);
}

TEST_CASE("a sole owner that is killed leaves what it has acknowledged, and no lock")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    const bool alone = GENERATE(false, true);
    {
        Child owner("fleet_client", {root.string()});
        REQUIRE(owner.ask("open alone") == "ok");
        REQUIRE(owner.ask("create a") == "ok");
        owner.send("add a 0 1000000000");
        for (int n = 0; n < 20; ++n) REQUIRE(owner.receive() == "ack " + std::to_string(n));
        owner.kill();
    }
    auto fleet = must(open_notes(root, {.sole_owner = alone, .threads = 2}));
    CHECK(notes_in(fleet, "a") >= 20);
}

TEST_CASE("a program that opens a tenant's file by itself is refused, or in the way")
{
    const TempDir directory;
    auto options = sole();
    options.tenant.busy_deadline = 20ms;
    auto fleet = must(open_notes(directory.path() / "root", options));
    must(fleet.create("a"));
    {
        const auto other = must(sqlite::Connection::open(database(fleet, "a"), sqlite::OpenMode::read_only));
        CHECK(refused(fleet.tenant("a"), errc::busy, "another program has it open"));
    }
    const auto db = must(fleet.tenant("a"));
    CHECK(sqlite::Connection::open(database(fleet, "a"), sqlite::OpenMode::read_only).error() == errc::busy);
    CHECK(must(count_notes(db)) == 0);
}

TEST_CASE("options that a sole owner cannot have are refused")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    auto options = sole();
    options.tenant.readers = 2;
    CHECK(refused(open_notes(root, options), errc::invalid_argument, "tenant.readers"));
    options = sole();
    options.max_readers = 8;
    CHECK(refused(open_notes(root, options), errc::invalid_argument, "max_readers"));
    options = sole();
    options.tenant.checkpoints.automatic = false;
    CHECK(refused(open_notes(root, options), errc::invalid_argument, "checkpoints.automatic"));
    options = {};
    options.tenant.profile.exclusive = true;
    CHECK(refused(open_notes(root, options), errc::invalid_argument, "sole_owner"));
    CHECK_FALSE(fs::exists(root));
}

TEST_CASE("reads inside of a reading see its moment, and what would wait for it is refused")
{
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "root", sole()));
    must(fleet.create("a"));
    must(fleet.create("b"));
    must(add(fleet, "a"));
    const auto db = must(fleet.tenant("a"));
    int rows = 0;
    must(db.for_each(select<Note>(), [&](const auto&) {
        ++rows;
        CHECK(must(count_notes(db)) == 1);
        CHECK(refused(db.write(insert(note("never"))), errc::wrong_thread));
        must(add(fleet, "b")); // that is another's connection
    }));
    CHECK(rows == 1);
    CHECK(notes_in(fleet, "b") == 1);
    auto nested = [&](Snapshot<Notes>& snapshot) -> Result<std::int64_t> {
        if (auto inner = count_notes(db); !inner) return inner;
        return snapshot.read(one(select(count()).from(table<Note>)));
    };
    CHECK(must(db.snapshot(nested)) == 1);
    CHECK(must(wait_for(db.async_snapshot(nested))) == 1);
    must(add(fleet, "a"));
    CHECK(must(db.snapshot(nested)) == 2);
}

namespace {

// In a circle each thread reads one tenant, and calls something of the next one's inside of that. What each is answered.
template <class Call>
std::vector<Result<void>> in_a_circle(const std::vector<TenantDb<Notes>>& dbs, Call call)
{
    Meeting all_read(dbs.size());
    std::vector<Result<void>> answers(dbs.size());
    std::vector<std::thread> threads;
    for (std::size_t n = 0; n < dbs.size(); ++n)
        threads.emplace_back([&, n] {
            auto body = [&](auto&) -> Result<void> {
                if (!all_read.attend()) return fail(errc::timeout, "");
                answers[n] = call((n + 1) % dbs.size());
                return {};
            };
            if (auto read = dbs[n].snapshot(body); !read) answers[n] = std::move(read);
        });
    for (auto& thread : threads) thread.join();
    return answers;
}

std::size_t refused_of(const std::vector<Result<void>>& answers)
{
    std::size_t count = 0;
    for (const auto& answer : answers)
        if (!answer) {
            CHECK(refused(answer, errc::wrong_thread, "another thread"));
            ++count;
        }
    return count;
}

} // namespace

TEST_CASE("threads that would wait for each other's readings: one is told so, and the others are served")
{
    const auto threads = GENERATE(std::size_t{2}, std::size_t{3});
    CAPTURE(threads);
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "root", sole()));
    std::vector<TenantDb<Notes>> dbs;
    for (std::size_t n = 0; n < threads; ++n) {
        const auto id = "t" + std::to_string(n);
        must(fleet.create(id));
        dbs.push_back(must(fleet.tenant(id)));
    }
    constexpr int rounds = 20;
    for (int round = 0; round < rounds; ++round) {
        const auto answers = in_a_circle(dbs, [&](std::size_t next) -> Result<void> {
            auto key = dbs[next].write(insert(note("from the one before")));
            return key ? Result<void>() : fail(key.error());
        });
        REQUIRE(refused_of(answers) == 1);
    }
    std::int64_t written = 0;
    for (const auto& db : dbs) written += must(count_notes(db));
    CHECK(written == rounds * (static_cast<std::int64_t>(threads) - 1));
    // Who only waits, and is waited for by nobody, is served.
    auto last = [&](auto&) -> Result<void> {
        auto key = dbs[0].write(insert(note("from the last")));
        return key ? Result<void>() : fail(key.error());
    };
    must(dbs.back().snapshot(last));
}

TEST_CASE("threads that would destroy each other's tenants inside of readings: one is told so")
{
    const bool alone = GENERATE(true, false);
    CAPTURE(alone);
    const TempDir directory;
    auto fleet = must(open_notes(directory.path() / "root", alone ? sole() : FleetOptions{.threads = 2}));
    for (int round = 0; round < 5; ++round) {
        std::vector<TenantDb<Notes>> dbs;
        const std::array ids{"a", "b"};
        for (const char* id : ids) {
            must(fleet.create(id));
            dbs.push_back(must(fleet.tenant(id)));
        }
        const auto answers = in_a_circle(dbs, [&](std::size_t next) { return fleet.destroy(ids[next]); });
        REQUIRE(refused_of(answers) == 1);
        for (std::size_t n = 0; n < ids.size(); ++n)
            if (!answers[n]) must(fleet.destroy(ids[(n + 1) % ids.size()]));
    }
}
