// Tenants are compacted and optimized, on request and in quiet times.
#include <tenantry/tenant/upkeep.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>

#include <sqlite3.h>

#include <tenantry/fleet/for_each.hpp>

#include "support/caller.hpp"
#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"
#include "support/until.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace std::chrono_literals;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::open_notes;
using test::until;
using test::wait_for;

namespace {

FleetOptions usual()
{
    FleetOptions options;
    options.threads = 3;
    options.trim_idle_after = 0ms;
    options.close_idle_after = 0ms;
    options.upkeep.idle_after = 0ms;
    options.tenant.checkpoints.age = 1h;
    return options;
}

struct Site {
    explicit Site(const FleetOptions& options = usual())
        : fleet(must(open_notes(directory.path() / "root", options)))
    {
        must(wait_for(fleet.async_create("a")));
        db = must(wait_for(fleet.async_tenant("a")));
    }

    // Much is written, and little of it stays.
    void fill_and_empty(const TenantDb<Notes>& tenant)
    {
        auto fill = [](auto& tx) -> Result<void> {
            for (int n = 0; n < 1500; ++n)
                if (auto done = tx.run(insert(note(std::string(1000, 'x'), n))); !done)
                    return tl::unexpected(done.error());
            return {};
        };
        must(wait_for(tenant.async_write(fill)));
        must(wait_for(tenant.async_write(remove<Note>().where(col<&Note::number> >= 100))));
    }

    [[nodiscard]] std::uintmax_t file_size() const
    {
        return std::filesystem::file_size(must(fleet.directory("a")) / "main.db");
    }

    test::TempDir directory;
    Fleet<Notes> fleet;
    TenantDb<Notes> db;
};

} // namespace

TEST_CASE("a program sees how much of a tenant is free, and has it given back")
{
    Site site;
    site.fill_and_empty(site.db);
    const auto before = must(space(site.db));
    CHECK(before.free_bytes() > 1'000'000);
    CHECK(before.bytes() > before.free_bytes());
    CHECK(must(wait_for(async_space(site.db))) == before);
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<Compacted>> {
        co_return co_await async_compact(db);
    };
    const auto compacted = must(wait_for(site.fleet.async_with("a", body)));
    CHECK(compacted.before == before);
    CHECK(compacted.after == must(space(site.db)));
    CHECK(compacted.after.free_pages == 0);
    CHECK(site.file_size() == compacted.after.bytes());
    CHECK(must(test::count_notes(site.db)) == 100);
    CHECK(must(wait_for(async_compact(site.db))).before == compacted.after);
}

TEST_CASE("a tool does the same without asynchrony, also a few pages at a time")
{
    auto options = usual();
    options.tenant.profile.incremental_vacuum = GENERATE(false, true);
    Site site(options);
    site.fill_and_empty(site.db);
    must(optimize(site.db));
    const auto compacted = must(compact(site.db));
    CHECK(compacted.before.free_pages > 100);
    CHECK(compacted.after.free_pages == 0);
    CHECK(compacted.after == must(space(site.db)));
    CHECK(compact(TenantDb<Notes>()).error() == errc::tenant_gone);
}

TEST_CASE("what the planner knows is brought up to date on request")
{
    Site site;
    site.fill_and_empty(site.db);
    must(wait_for(async_optimize(site.db)));
    must(wait_for(async_optimize(site.db)));
    CHECK(must(test::count_notes(site.db)) == 100);
    // What SQLite keeps it in is nothing that a schema has to declare.
    site.db = {};
    must(wait_for(site.fleet.async_close(Shutdown::drain)));
    auto again = must(open_notes(site.directory.path() / "root", usual()));
    const auto db = must(wait_for(again.async_tenant("a")));
    CHECK(db.opening().was_current);
    CHECK(must(test::count_notes(db)) == 100);
}

TEST_CASE("a whole fleet is compacted by a fan-out")
{
    Site site;
    site.fill_and_empty(site.db);
    must(wait_for(site.fleet.async_create("b")));
    site.fill_and_empty(must(wait_for(site.fleet.async_tenant("b"))));
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<Compacted>> {
        co_return co_await async_compact(db);
    };
    const auto report = must(wait_for(async_for_each(site.fleet, Which::all(), body)));
    REQUIRE(report.tenants.size() == 2);
    for (const auto& each : report.tenants) CHECK(must(*each.result).after.free_pages == 0);
}

TEST_CASE("compacting is cancelled while it waits, has its deadline, and needs a tenant")
{
    Site site;
    site.fill_and_empty(site.db);
    test::Door inside;
    test::Door go_on;
    auto hold = [&](auto&) -> Result<void> {
        inside.open();
        (void)go_on.wait();
        return {};
    };
    auto holding = site.db.async_write(hold, asio::use_future);
    REQUIRE(inside.wait());
    test::Caller caller;
    caller.begin(async_compact(site.db));
    auto late = async_compact(site.db.limited(within(1ms)), {}, asio::use_future);
    CHECK(late.get().error() == errc::timeout);
    CHECK(caller.pending());
    caller.cancel();
    CHECK(caller.failed(errc::cancelled));
    go_on.open();
    must(holding.get());
    CHECK(must(space(site.db)).free_pages > 0);

    const TenantDb<Notes> nothing;
    CHECK(space(nothing).error() == errc::tenant_gone);
    CHECK(wait_for(async_space(nothing)).error() == errc::tenant_gone);
    CHECK(wait_for(async_compact(nothing)).error() == errc::tenant_gone);
    CHECK(wait_for(async_optimize(nothing)).error() == errc::tenant_gone);
}

TEST_CASE("a tenant that nobody uses is compacted without anybody's asking")
{
    const bool incremental = GENERATE(false, true);
    auto options = usual();
    options.upkeep.idle_after = 20ms;
    options.upkeep.compact_free = 100'000;
    options.tenant.profile.incremental_vacuum = incremental;
    Site site(options);
    site.fill_and_empty(site.db);
    const auto before = must(space(site.db));
    CHECK(before.incremental == incremental);
    site.db = {};
    // What has been written is in the log until then.
    const auto log = must(site.fleet.directory("a")) / "main.db-wal";
    CHECK(until([&] { return std::filesystem::file_size(log) == 0; }));
    CHECK(site.file_size() < before.bytes() / 2);
    site.db = must(wait_for(site.fleet.async_tenant("a")));
    CHECK(must(test::count_notes(site.db)) == 100);
    must(wait_for(test::add_note(site.db)));
    CHECK(site.db.stats().upkeeps == 1);
    CHECK(site.db.stats().upkeeps_failed == 0);
}

TEST_CASE("tenants are written to and closed while they are looked after")
{
    auto options = usual();
    options.upkeep.idle_after = 1ms;
    options.upkeep.every = 0ms;
    options.upkeep.compact_free = 1;
    options.upkeep.compact_percent = 1;
    const bool closing = GENERATE(false, true);
    if (closing) options.close_idle_after = 3ms;
    Site site(options);
    std::int64_t expected = 0;
    for (int round = 0; round < 12; ++round) {
        site.fill_and_empty(site.db);
        expected += 100;
        site.db = {};
        test::spin(static_cast<std::size_t>(round) * 300'000);
        site.db = must(wait_for(site.fleet.async_tenant("a")));
        REQUIRE(must(test::count_notes(site.db)) == expected);
    }
}

namespace {

std::atomic<int> connections_opened{0};

// SQLite calls it for every connection that is opened (https://sqlite.org/c3ref/auto_extension.html).
int count_connection(sqlite3*, const char**, const sqlite3_api_routines*)
{
    ++connections_opened;
    return SQLITE_OK;
}
const auto counting = reinterpret_cast<void (*)()>(&count_connection);

} // namespace

TEST_CASE("upkeep that waits for another process's lock opens no connection for every try")
{
    test::TempDir directory;
    auto fleet = must(open_notes(directory.path() / "root", usual()));
    must(fleet.create("a"));
    const auto db = must(fleet.tenant("a"));
    auto other =
        must(sqlite::Connection::open(must(fleet.directory("a")) / "main.db", sqlite::OpenMode::read_write));
    must(other.execute("BEGIN IMMEDIATE"));
    connections_opened = 0;
    REQUIRE(sqlite3_auto_extension(counting) == SQLITE_OK);
    const auto late = wait_for(async_compact(db.limited(within(300ms)), {.whole = true}));
    CHECK((!late && late.error() == errc::timeout));
    CHECK(connections_opened == 1);
    auto compacted = async_compact(db, {.whole = true}, asio::use_future);
    std::this_thread::sleep_for(20ms);
    must(other.execute("ROLLBACK"));
    CHECK(must(compacted.get()).after.free_pages == 0);
    REQUIRE(sqlite3_cancel_auto_extension(counting) == 1);
}
