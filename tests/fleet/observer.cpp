// What an observer hears of a fleet.
#include <tenantry/core/observer.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <tenantry/fleet/for_each.hpp>
#include <tenantry/fleet/open.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/faulty_vfs.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace std::chrono_literals;
using test::must;
using test::note;
using test::Note;
using test::Notes;
using test::open_notes;
using test::wait_for;

namespace {

const char* name_of(CloseReason why)
{
    switch (why) {
    case CloseReason::evicted: return "evicted";
    case CloseReason::idle: return "idle";
    case CloseReason::visited: return "visited";
    case CloseReason::destroyed: return "destroyed";
    case CloseReason::gone: return "gone";
    case CloseReason::fleet_closed: return "fleet_closed";
    }
    return "?";
}

class Listener : public Observer {
public:
    explicit Listener(bool hears_statements = false) : hears_statements_(hears_statements) {}

    std::optional<std::chrono::nanoseconds> statements_from() const noexcept override
    {
        return hears_statements_ ? std::optional(0ns) : std::nullopt;
    }
    void statement(const ObservedStatement& ended) override
    {
        hear(ended, ended.error != nullptr ? " failed" : "");
    }
    void conflict(const ObservedStatement& ended) override { hear(ended, " in conflict"); }
    void tenant_created(std::string_view tenant, std::chrono::nanoseconds duration) override
    {
        hear("created " + std::string(tenant) + (duration > 0ns ? "" : " in no time"));
    }
    void tenant_opened(const ObservedOpening& opened) override
    {
        std::string line =
            "opened " + std::string(opened.tenant) + (opened.duration > 0ns ? "" : " in no time");
        for (const auto& step : opened.migrated) line += ", " + step;
        hear(line);
    }
    void tenant_closed(std::string_view tenant, CloseReason why) override
    {
        hear("closed " + std::string(tenant) + " " + name_of(why));
    }
    void tenant_destroyed(std::string_view tenant) override { hear("destroyed " + std::string(tenant)); }
    void background_error(BackgroundTask task, const Error& error) override
    {
        hear(std::string(task == BackgroundTask::closing ? "closing " : "checkpoint ") +
             std::string(error.tenant()) + " " + error.code().message());
    }

    // What has been heard since.
    std::vector<std::string> heard()
    {
        const std::lock_guard lock(mutex_);
        return std::exchange(heard_, {});
    }

    [[nodiscard]] bool wait_for(const std::string& line)
    {
        const auto end = std::chrono::steady_clock::now() + test::long_enough;
        while (std::chrono::steady_clock::now() < end) {
            {
                const std::lock_guard lock(mutex_);
                if (std::find(heard_.begin(), heard_.end(), line) != heard_.end()) return true;
            }
            std::this_thread::sleep_for(1ms);
        }
        return false;
    }

private:
    void hear(const ObservedStatement& ended, const char* how)
    {
        hear(std::string(ended.tenant) + ": " + std::string(ended.sql) + how + " rows " +
             std::to_string(ended.rows) + " changes " + std::to_string(ended.changes));
    }
    void hear(std::string line)
    {
        const std::lock_guard lock(mutex_);
        heard_.push_back(std::move(line));
    }

    const bool hears_statements_;
    std::mutex mutex_;
    std::vector<std::string> heard_;
};

struct Open {
    explicit Open(const std::shared_ptr<Observer>& observer, FleetOptions options = {})
        : fleet(must(open_notes(directory.path() / "root", set(std::move(options), observer))))
    {}

    static FleetOptions set(FleetOptions options, const std::shared_ptr<Observer>& observer)
    {
        options.threads = 2;
        options.trim_idle_after = 0ms;
        if (options.close_idle_after > 1s) options.close_idle_after = 0ms;
        options.observer = observer;
        return options;
    }

    [[nodiscard]] TenantDb<Notes> tenant(const char* name)
    {
        return must(wait_for(fleet.async_tenant(name)));
    }

    test::TempDir directory;
    Fleet<Notes> fleet;
};

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("tenants come and go")
{
    const auto listener = std::make_shared<Listener>();
    FleetOptions options;
    options.max_open = 1;
    {
        Open open(listener, options);
        must(wait_for(open.fleet.async_create("a")));
        must(wait_for(open.fleet.async_create("b")));
        CHECK_FALSE(wait_for(open.fleet.async_create("a")));
        CHECK(listener->heard() == Lines{"created a", "created b"});
        (void)open.tenant("a");
        CHECK(listener->heard() == Lines{"opened a"});
        CHECK_FALSE(wait_for(open.fleet.async_tenant("nobody")));
        CHECK(listener->heard() == Lines{"closed a evicted"});
        (void)open.tenant("b");
        must(wait_for(open.fleet.async_destroy("b")));
        CHECK_FALSE(wait_for(open.fleet.async_destroy("nobody")));
        CHECK(listener->heard() == Lines{"opened b", "closed b destroyed", "destroyed b"});
        (void)open.tenant("a");
        must(wait_for(open.fleet.async_close(Shutdown::drain)));
        CHECK(listener->heard() == Lines{"opened a", "closed a fleet_closed"});
    }
    CHECK(listener.use_count() == 1);
}

TEST_CASE("a fleet that is dropped closes its tenants, and says so")
{
    const auto listener = std::make_shared<Listener>();
    {
        Open open(listener);
        must(wait_for(open.fleet.async_create("a")));
        (void)open.tenant("a");
    }
    CHECK(listener->heard() == Lines{"created a", "opened a", "closed a fleet_closed"});
}

TEST_CASE("a tenant that nobody uses is closed, and why is told")
{
    const auto listener = std::make_shared<Listener>();
    FleetOptions options;
    options.close_idle_after = 20ms;
    Open open(listener, options);
    must(wait_for(open.fleet.async_create("a")));
    (void)open.tenant("a");
    CHECK(listener->wait_for("closed a idle"));
}

TEST_CASE("a tenant that is opened for a visit is closed after it, and why is told")
{
    const auto listener = std::make_shared<Listener>();
    Open open(listener);
    must(wait_for(open.fleet.async_create("a")));
    auto body = []<class T>(TenantDb<T>) -> asio::awaitable<Result<void>> { co_return Result<void>(); };
    const auto report = must(wait_for(async_for_each(open.fleet, Which::all(), body)));
    CHECK(report.failures == 0);
    CHECK(listener->wait_for("closed a visited"));
}

TEST_CASE("a tenant that another process takes away is closed, and why is told")
{
    const auto listener = std::make_shared<Listener>();
    Open open(listener);
    must(wait_for(open.fleet.async_create("a")));
    const auto place = must(open.fleet.directory("a"));
    (void)open.tenant("a");
    std::filesystem::rename(place, place.string() + "-away");
    CHECK_FALSE(wait_for(open.fleet.async_tenant("a")));
    CHECK(listener->wait_for("closed a gone"));
}

TEST_CASE("statements of every way to run them are told of")
{
    const auto listener = std::make_shared<Listener>(true);
    FleetOptions options;
    options.sole_owner = GENERATE(false, true);
    Open open(listener, options);
    must(wait_for(open.fleet.async_create("a")));
    const auto db = open.tenant("a");
    (void)listener->heard();
    const std::string insert_text = "a: INSERT INTO \"note\" (\"id\", \"text\", \"number\") VALUES (?, ?, ?)";
    const Lines counted{"a: SELECT count(*) FROM \"note\" rows 1 changes 0"};
    must(wait_for(test::add_note(db, "secret")));
    CHECK(listener->heard() == Lines{insert_text + " rows 0 changes 1"});
    must(test::count_notes(db));
    CHECK(listener->heard() == counted);
    const auto query = one(select(count()).from(table<Note>));
    must(wait_for(db.async_read(query)));
    CHECK(listener->heard() == counted);
    auto snapshot = [&](auto& moment) { return moment.read(query); };
    must(db.snapshot(snapshot));
    CHECK(listener->heard() == counted);
    must(wait_for(db.async_snapshot(snapshot)));
    CHECK(listener->heard() == counted);
    auto body = [&](auto& tx) -> Result<void> {
        if (auto done = tx.run(insert(note("another"))); !done) return done;
        return tx.run(sql<"insert into note(id) values (1)">()); // whose text is missing
    };
    CHECK_FALSE(wait_for(db.async_write(body)));
    CHECK(listener->heard() == Lines{insert_text + " rows 0 changes 1",
                                     "a: insert into note(id) values (1) in conflict rows 0 changes 0"});
    // A foreign key is looked for by running the statement again, which nobody is told of.
    must(wait_for(db.async_write(sql<"insert into reply(note) values (1)">())));
    CHECK_FALSE(wait_for(db.async_write(sql<"delete from note">())));
    CHECK_FALSE(wait_for(db.async_write(sql<"update note set text = json('{')">())));
    CHECK(listener->heard() == Lines{"a: insert into reply(note) values (1) rows 0 changes 1",
                                     "a: delete from note in conflict rows 0 changes 0",
                                     "a: update note set text = json('{') failed rows 0 changes 0"});
}

TEST_CASE("who does not ask for statements hears of none")
{
    const auto listener = std::make_shared<Listener>();
    Open open(listener);
    must(wait_for(open.fleet.async_create("a")));
    const auto db = open.tenant("a");
    must(wait_for(test::add_note(db)));
    must(test::count_notes(db));
    CHECK(listener->heard() == Lines{"created a", "opened a"});
}

TEST_CASE("a checkpoint that cannot be done is told of")
{
    test::FaultyVfs vfs;
    const auto listener = std::make_shared<Listener>();
    FleetOptions options;
    options.tenant.checkpoints.size = 64 << 10;
    options.tenant.checkpoints.interval = 0ms;
    options.tenant.checkpoints.age = 1h;
    Open open(listener, options);
    must(wait_for(open.fleet.async_create("a")));
    const auto db = open.tenant("a");
    must(wait_for(test::add_note(db)));
    const std::string large(200'000, 'x');
    std::string expected;
    SECTION("since somebody reads")
    {
        auto body = [&](auto& moment) -> Result<void> {
            if (auto read = moment.read(select<Note>()); !read) return fail(std::move(read).error());
            if (auto written = wait_for(test::add_note(db, large)); !written)
                return fail(std::move(written).error());
            return listener->wait_for("checkpoint a " + Error(errc::busy).code().message())
                       ? Result<void>()
                       : fail(errc::timeout);
        };
        must(db.snapshot(body));
    }
    SECTION("since the disk fails")
    {
        vfs.fail(test::FaultyVfs::Op::sync, 1, SQLITE_IOERR_FSYNC, true);
        must(wait_for(test::add_note(db, large)));
        CHECK(listener->wait_for("checkpoint a " + Error(errc::io_error).code().message()));
        vfs.heal();
    }
}

TEST_CASE(
    "a SQLite that may lose commits is told of once, with its cure, unless nobody else writes logs back")
{
    struct Warned : Observer {
        void warning(std::string_view text) override { heard.emplace_back(text); }
        Lines heard;
    };
    const auto warned = std::make_shared<Warned>();
    test::TempDir directory;
    FleetOptions options;
    options.observer = warned;
    options.sole_owner = GENERATE(false, true);
    {
        auto fleet = must(Fleet<Notes>::open(directory.path() / "root", options));
        must(fleet.create("a"));
        must(fleet.tenant("a"));
    }
    REQUIRE(warned->heard.size() == (sqlite::has_wal_reset_fault() && !options.sole_owner ? 1U : 0U));
    for (const auto& text : warned->heard) {
        CHECK_THAT(text, ContainsSubstring(std::string("SQLite ") + sqlite3_libversion()));
        CHECK_THAT(text, ContainsSubstring("3.51.3"));
    }
    for (const int faulty : {3007000, 3040001, 3044005, 3045001, 3050006, 3051002})
        CHECK(sqlite::has_wal_reset_fault(faulty));
    for (const int mended : {3044006, 3050007, 3051003, 3052000, 3053002, 4000000})
        CHECK_FALSE(sqlite::has_wal_reset_fault(mended));
}

TEST_CASE("an observer that throws harms nobody")
{
    struct Thrower : Observer {
        std::optional<std::chrono::nanoseconds> statements_from() const noexcept override { return 0ns; }
        void statement(const ObservedStatement&) override { throw std::runtime_error("woe"); }
        void tenant_created(std::string_view, std::chrono::nanoseconds) override { throw 1; }
        void tenant_opened(const ObservedOpening&) override { throw 2; }
        void tenant_closed(std::string_view, CloseReason) override { throw 3; }
        void tenant_destroyed(std::string_view) override { throw 4; }
    };
    Open open(std::make_shared<Thrower>());
    must(wait_for(open.fleet.async_create("a")));
    {
        const auto db = open.tenant("a");
        must(wait_for(test::add_note(db)));
        CHECK(must(test::count_notes(db)) == 1);
    }
    must(wait_for(open.fleet.async_destroy("a")));
    must(wait_for(open.fleet.async_close(Shutdown::drain)));
}
