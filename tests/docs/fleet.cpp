// The examples of docs/async.md, isolation.md, migrations.md and runtime.md, which need a fleet.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <tenantry/fleet/for_each.hpp>
#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/migrate/history.hpp>
#include <tenantry/migrate/next_revision.hpp>
#include <tenantry/tenant/upkeep.hpp>
#include <tenantry/tenantry.hpp>
#include <tenantry/testing/temporary_fleet.hpp>
#include <tenantry/testing/wait_for.hpp>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

enum class JobStatus { pending, done };

struct User {
    Id<User> id{};
    std::string name{};
};
struct Note {
    Id<Note> id{};
    std::optional<Id<User>> author{};
    std::string text{};
};
struct Job {
    Id<Job> id{};
    std::string module{};
    JobStatus status = JobStatus::pending;
};
struct Slot : Schema<Table<"users", User>, Table<"notes", Note>, Table<"queue", Job>> {};
struct Shop : Schema<Table<"users", User>> {};

template <tenant_of<Slot> T> // a scope of Slot, or Slot itself
Result<std::int64_t> count_notes(const TenantDb<T>& db)
{
    return db.read(one(select(count()).from(table<Note>)));
}

struct Open {
    testing::TemporaryFleet<Slot> temporary = must(testing::TemporaryFleet<Slot>::open({.threads = 4}));
    Fleet<Slot>& fleet = *temporary;

    Open() { must(fleet.create("acme")); }
};

using testing::run;

} // namespace

TEST_CASE("docs: a blocking call, and a coroutine of one's own in a body")
{
    Open open;
    auto& fleet = open.fleet;
    // [blocking]
    auto count = fleet.with("acme", []<class T>(TenantDb<T> db) -> Result<std::int64_t> {
        Note row{.text = "hello"};
        if (auto key = db.write(insert(row)); !key) return fail(key.error()); // or a transaction body
        return db.read(one(select(tenantry::count()).from(table<Note>)));
    });
    // [/blocking]
    REQUIRE(must(count) == 1);

    const auto sending = [&fleet]() -> asio::awaitable<Result<std::size_t>> {
        std::size_t size = 0;
        auto send = [&size](const auto& notes) -> asio::awaitable<Result<void>> {
            size = notes.size();
            co_return Result<void>();
        };
        const Note note{.text = "again"};
        // [coroutine]
        auto body = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::size_t>> {
            co_await must(db.async_write(insert(note)));
            auto notes = co_await must(
                db.async_read(select<Note>().where(col<&Note::author> == key_for<User>(db, 42))));
            co_await must(send(notes)); // an asio::awaitable<Result<void>> of your own
            co_return notes.size();
        };
        auto sent = co_await fleet.async_with("acme", body);
        // [/coroutine]
        if (sent && *sent != size) co_return fail(Error(errc::invalid_argument, "not sent"));
        co_return sent;
    };
    CHECK(must(run(sending())) == 0);
}

TEST_CASE("docs: keys of numbers, and rows of SQL as text")
{
    Open open;
    const auto asking = [&fleet = open.fleet]() -> asio::awaitable<Result<void>> {
        auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
            // [key_for]
            auto note =
                co_await db.async_read(one(select<Note>().where(col<&Note::id> == key_for<Note>(db, 42))));
            // [/key_for]
            CHECK(note.error() == errc::no_such_row);
            // [sql]
            auto count =
                db.read(one(sql<"select count(*) from notes where text like ?", std::int64_t>("%hello%")));
            // [/sql]
            CHECK(must(count) == 0);
            CHECK(must(count_notes(db)) == 0);
            co_return Result<void>();
        };
        co_return co_await fleet.async_with("acme", body);
    };
    must(run(asking()));
}

TEST_CASE("docs: limits, walks through the fleet, space")
{
    Open open;
    const auto walking = [&fleet = open.fleet]() -> asio::awaitable<Result<void>> {
        {
            // [for_each]
            auto vacuum_queue = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<std::int64_t>> {
                co_return co_await db.async_write(remove<Job>().where(col<&Job::status> == JobStatus::done));
            };
            ForEachOptions options{.concurrency = 8};
            auto report = co_await async_for_each(fleet, Which::all(), vacuum_queue, options);
            // [/for_each]
            CHECK(must(report).tenants.size() == 1);
        }
        {
            // [migrate_all]
            MigrateOptions options{.concurrency = 8, .canaries = {"acme"}, .stop_after_failures = 10};
            auto report = co_await async_migrate_all(fleet, options);
            // [/migrate_all]
            CHECK(must(report).tenants.size() == 1);
        }
        auto db = must(co_await fleet.async_tenant("acme"));
        const auto query = select<Note>();
        // [limited]
        auto quick = db.limited({.deadline = std::chrono::steady_clock::now() + 200ms, .time_limit = 50ms});
        auto rows = co_await quick.async_read(query); // or quick.read(...), quick.async_write(...)
        // [/limited]
        CHECK((rows || rows.error() == errc::timeout));
        // [space]
        auto room = space(db); // pages, free_pages, page_bytes; cheap, whatever the size
        if (room && room->free_bytes() > room->bytes() / 2)
            auto done = co_await async_compact(db); // before, after
        // [/space]
        CHECK(must(room).bytes() > 0);
        co_return Result<void>();
    };
    must(run(walking()));
}

namespace {

Revision revision_1()
{
    return revision(1, "initial", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT");
}
Revision revision_2()
{
    return revision(2, "nothing", "SELECT 1", [](sqlite::Connection&) -> Result<void> { return {}; });
}

// [history]
const History& shop_history()
{
    static const History all = history(revision_1(), revision_2());
    return all;
}
// [/history]

} // namespace

TEST_CASE("docs: a history and a sole owner")
{
    // [difference]
    CHECK(history_difference<Shop>(shop_history())->empty());
    // [/difference]
    const test::TempDir directory;
    {
        // [options]
        FleetOptions options;
        options.tenant.history = &shop_history();
        // [/options]
        auto fleet = must(Fleet<Shop>::open(directory.path() / "shop", options));
        must(fleet.create("acme"));
    }
    const auto root = directory.path() / "root";
    // [sole]
    auto fleet = Fleet<Slot>::open(root, {.sole_owner = true});
    // [/sole]
    CHECK(fleet.has_value());
}
