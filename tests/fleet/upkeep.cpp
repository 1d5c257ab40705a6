// What a fleet does now and then without being asked: idle tenants give back what they hold, and are closed.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>

#include <tenantry/core/descriptors.hpp>

#include "support/catch.hpp"
#include "support/descriptors.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"
#include "support/until.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::must;
using test::Notes;
using test::open_notes;
using test::until;
using test::wait_for;

namespace {

FleetOptions never()
{
    FleetOptions options;
    options.threads = 2;
    options.trim_idle_after = 0ms;
    options.close_idle_after = 0ms;
    options.tenant.checkpoints.age = 1h;
    return options;
}

} // namespace

TEST_CASE("a tenant that nobody uses is closed after a while, and one that somebody holds is not")
{
    test::TempDir directory;
    auto options = never();
    options.close_idle_after = 20ms;
    auto fleet = must(open_notes(directory.path() / "root", options));
    must(wait_for(fleet.async_create("a")));
    must(wait_for(fleet.async_create("b")));
    const auto before = test::open_descriptors();
    auto held = must(wait_for(fleet.async_tenant("a")));
    {
        auto left = must(wait_for(fleet.async_tenant("b")));
        must(wait_for(test::add_note(left, "kept")));
        must(left.read(select<test::Note>()));
    }
    CHECK(until([&] { return fleet.stats().closed_idle == 1 && fleet.stats().open == 1; }));
    must(wait_for(test::add_note(held, "held")));
    CHECK(fleet.stats().idle == 0);
    held = {};
    CHECK(until([&] { return fleet.stats().closed_idle == 2 && fleet.stats().open == 0; }));
    CHECK(test::open_descriptors() == before);
    // It is opened again for whoever comes.
    auto again = must(wait_for(fleet.async_tenant("b")));
    CHECK(must(test::count_notes(again)) == 1);
    CHECK(fleet.stats().opened == 3);
}

TEST_CASE("a tenant that nobody uses gives its readers back before it is closed", "[shared]")
{
    test::TempDir directory;
    auto options = never();
    options.trim_idle_after = 20ms;
    auto fleet = must(open_notes(directory.path() / "root", options));
    must(wait_for(fleet.async_create("a")));
    auto db = must(wait_for(fleet.async_tenant("a")));
    must(wait_for(test::add_note(db, "kept")));
    auto look = [](auto& moment) { return moment.read(select<test::Note>()); };
    must(db.snapshot(look));
    // SQLite keeps the database's own descriptor, for its locks, and uses it for the next reader.
    const auto with_reader = test::open_descriptors();
    db = {};
    CHECK(until([&] { return test::open_descriptors() < with_reader; }));
    CHECK(fleet.stats().open == 1);
    db = must(wait_for(fleet.async_tenant("a")));
    CHECK(fleet.stats().hits == 1);
    CHECK(must(test::count_notes(db)) == 1);
}

TEST_CASE("a log that has become old is written back, used or not")
{
    test::TempDir directory;
    auto options = never();
    options.tenant.checkpoints.age = 20ms;
    auto fleet = must(open_notes(directory.path() / "root", options));
    must(wait_for(fleet.async_create("a")));
    auto db = must(wait_for(fleet.async_tenant("a")));
    const bool used = GENERATE(false, true);
    must(wait_for(test::add_note(db, "kept")));
    const auto log = must(fleet.directory("a")) / "main.db-wal";
    if (!used) db = {};
    CHECK(until([&] { return std::filesystem::file_size(log) == 0; }));
    if (used) CHECK(until([&] { return db.stats().checkpoints == 1; }));
}

TEST_CASE("tenants are used, closed and trimmed at the same moments")
{
    test::TempDir directory;
    auto options = never();
    options.trim_idle_after = 1ms;
    options.close_idle_after = 2ms;
    options.tenant.checkpoints.age = 1ms;
    auto fleet = must(open_notes(directory.path() / "root", options));
    must(wait_for(fleet.async_create("a")));
    for (int round = 0; round < 200; ++round) {
        auto db = must(wait_for(fleet.async_tenant("a")));
        must(wait_for(test::add_note(db, "kept", round)));
        REQUIRE(must(test::count_notes(db)) == round + 1);
        db = {};
        std::this_thread::sleep_for(std::chrono::microseconds(round * 30)); // up to three times the longest
    }
    CHECK(until([&] { return fleet.stats().closed_idle > 0; }));
}

TEST_CASE("unless it is said, as many may be open as there are descriptors for", "[shared]")
{
    test::TempDir directory;
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit low = before;
    low.rlim_cur = 256;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    {
        auto fleet = must(open_notes(directory.path() / "root", never()));
        CHECK(fleet.stats().max_open == 27);
        auto look = [](auto& moment) { return moment.read(select<test::Note>()); };
        // All of them, each with more readers than are its share.
        std::vector<TenantDb<Notes>> open;
        for (int n = 0; n < 27; ++n) {
            const auto name = "t" + std::to_string(n);
            must(wait_for(fleet.async_create(name)));
            open.push_back(must(wait_for(fleet.async_tenant(name))));
        }
        for (const auto& db : open)
            for (int n = 0; n < 4; ++n) must(wait_for(db.async_snapshot(look)));
        for (const auto& db : open) must(db.snapshot(look));
        CHECK(fleet.stats().open == 27);
    }
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}
