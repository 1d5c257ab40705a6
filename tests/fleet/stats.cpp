// The numbers of fleets and tenants say what has happened.
#include <tenantry/fleet/stats.hpp>

#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <boost/asio/use_future.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::must;
using test::note;
using test::Note;
using test::open_notes;
using test::wait_for;

namespace {

struct Open {
    explicit Open(FleetOptions options = {})
        : fleet(must(open_notes(directory.path() / "root", set(options))))
    {
        must(wait_for(fleet.async_create("a")));
        must(wait_for(fleet.async_create("b")));
    }

    static FleetOptions set(FleetOptions options)
    {
        options.threads = 2;
        options.trim_idle_after = 0ms;
        options.close_idle_after = 0ms;
        return options;
    }

    test::TempDir directory;
    Fleet<test::Notes> fleet;
};

} // namespace

TEST_CASE("what was written and read is counted and timed")
{
    Open open;
    const auto a = must(wait_for(open.fleet.async_tenant("a")));
    for (int n = 0; n < 3; ++n) must(wait_for(test::add_note(a, "text", n)));
    auto body = [](auto& tx) -> Result<void> { return tx.run(insert(note("body"))); };
    must(wait_for(a.async_write(body)));
    auto failing = [](auto&) -> Result<void> { return fail(errc::no_such_row); };
    CHECK_FALSE(wait_for(a.async_write(failing)));
    auto look = [](auto& moment) { return moment.read(select<Note>()); };
    must(a.snapshot(look)); // with a reader
    must(wait_for(a.async_read(select<Note>())));
    const TenantStats stats = a.stats();
    CHECK(stats.writes == 4);
    CHECK(stats.commits == 4);
    CHECK(stats.batch_sizes.count() == 4);
    CHECK(stats.batch_sizes.percentile(1) == 1);
    CHECK(stats.commit_time.count() == 4);
    CHECK(stats.write_wait.count() == 5);
    CHECK(stats.write_time.count() == 5);
    CHECK(stats.reads == 2);
    CHECK(stats.read_wait.count() == 1);
    CHECK(stats.read_time.count() == 1);
    CHECK(stats.log_bytes > 0);
    CHECK(stats.readers >= 1);
    CHECK(stats.queued_writes + stats.queued_reads + stats.queued_write_bytes + stats.overloaded == 0);
    const auto memory = a.stats().memory;
    CHECK(memory.pages > 0);
    CHECK(memory.schema > 0);
    CHECK(memory.statements > 0);
    CHECK(memory.total() == memory.pages + memory.schema + memory.statements);
}

TEST_CASE("what waits is seen, and what was turned away")
{
    FleetOptions options;
    options.tenant.queued_writes = 2;
    Open open(options);
    const auto a = must(wait_for(open.fleet.async_tenant("a")));
    test::Door inside;
    test::Door leave;
    auto blocker = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    auto running = a.async_write(blocker, boost::asio::use_future);
    REQUIRE(inside.wait());
    const std::string large(10'000, 'x');
    auto first = test::add_note(a, large)(boost::asio::use_future);
    auto second = test::add_note(a, large)(boost::asio::use_future);
    CHECK_FALSE(wait_for(test::add_note(a)));
    const TenantStats stats = a.stats();
    CHECK(stats.queued_writes == 2);
    CHECK(stats.queued_write_bytes > 20'000);
    CHECK(stats.queued_write_bytes < 25'000);
    CHECK(stats.overloaded == 1);
    CHECK(open.fleet.stats().tenants.queued_writes == 2);
    leave.open();
    must(running.get());
    must(first.get());
    must(second.get());
    CHECK(a.stats().batch_sizes.count() == a.stats().commits);
    CHECK(a.stats().queued_write_bytes == 0);
}

TEST_CASE("a fleet's numbers are those of all its tenants, the closed ones too")
{
    FleetOptions options;
    options.max_open = 1;
    Open open(options);
    {
        const auto a = must(wait_for(open.fleet.async_tenant("a")));
        must(wait_for(test::add_note(a)));
        must(wait_for(test::add_note(a)));
        auto look = [](auto& moment) { return moment.read(select<Note>()); };
        must(a.snapshot(look));
        const FleetStats stats = open.fleet.stats();
        CHECK(stats.open == 1);
        CHECK(stats.leased == 1);
        CHECK(stats.idle == 0);
        CHECK(stats.tenants.writes == 2);
        CHECK(stats.tenants.reads == 1);
        CHECK(stats.tenants.readers == 1);
        CHECK(stats.tenants.log_bytes > 0);
        CHECK(stats.tenants.memory.total() > 0);
    }
    const auto b = must(wait_for(open.fleet.async_tenant("b"))); // in its place
    FleetStats stats = open.fleet.stats();
    CHECK(stats.evicted == 1);
    CHECK(stats.leased == 1);
    CHECK(stats.tenants.writes == 2);
    CHECK(stats.tenants.write_time.count() == 2);
    CHECK(stats.tenants.readers == 0);
    CHECK(stats.tenants.log_bytes == 0);
    must(wait_for(test::add_note(b)));
    stats = open.fleet.stats();
    CHECK(stats.tenants.writes == 3);
    CHECK(stats.tenants.log_bytes > 0);
    must(wait_for(open.fleet.async_destroy("b")));
    CHECK(open.fleet.stats().tenants.writes == 3);
}

TEST_CASE("a sole owner's one connection is counted like several")
{
    FleetOptions options;
    options.sole_owner = true;
    Open open(options);
    const auto a = must(wait_for(open.fleet.async_tenant("a")));
    must(wait_for(test::add_note(a)));
    auto look = [](auto& moment) { return moment.read(select<Note>()); };
    must(a.snapshot(look)); // with a reader
    must(wait_for(a.async_read(select<Note>())));
    const TenantStats stats = a.stats();
    CHECK(stats.writes == 1);
    CHECK(stats.reads == 2);
    CHECK(stats.read_time.count() == 1);
    CHECK(stats.write_time.count() == 1);
    CHECK(open.fleet.stats().tenants.reads == 2);
}
