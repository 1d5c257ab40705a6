// Somebody takes away files of an open tenant, or hides them for a moment: what is answered is true, what was acknowledged
// before is kept, and the tenant can be used again.
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <latch>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <tenantry/fleet/fleet.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"
#include "support/until.hpp"

using namespace tenantry;
using namespace tenantry::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct Site {
    explicit Site(const FleetOptions& options = {.threads = 2})
        : fleet(must(open_notes(directory.path() / "root", options)))
    {
        must(wait_for(fleet.async_create("acme")));
        db = must(wait_for(fleet.async_tenant("acme")));
        must(wait_for(add_note(db, "before", 1)));
        must(wait_for(add_note(db, "before", 2)));
    }

    [[nodiscard]] fs::path here() { return must(fleet.directory("acme")); }
    [[nodiscard]] fs::path file(const char* name) { return here() / name; }

    // What others find there, and this fleet from now on.
    [[nodiscard]] std::int64_t count_anew()
    {
        db = must(wait_for(fleet.async_tenant("acme")));
        return must(count_notes(db));
    }

    // Long enough that nothing that was done to the directory is recent.
    void settle() const
    {
        const auto until = std::chrono::steady_clock::now() + 120ms;
        while (std::chrono::steady_clock::now() < until) REQUIRE(count_notes(db));
    }

    TempDir directory;
    Fleet<Notes> fleet;
    TenantDb<Notes> db;
};

struct Operation {
    const char* what;
    bool writes;
    std::function<Result<void>(const TenantDb<Notes>&)> run;
};

template <class R>
Result<void> without_value(R result)
{
    if (!result) return fail(result.error());
    return {};
}

const Operation operations[] = {
    {"a statement", true,
     [](const TenantDb<Notes>& db) { return without_value(wait_for(add_note(db, "lost", 3))); }},
    {"a body", true,
     [](const TenantDb<Notes>& db) {
         auto body = [](auto& tx) -> Result<void> { return without_value(tx.run(insert(note("lost", 3)))); };
         return without_value(wait_for(db.async_write(body)));
     }},
    {"a statement that changes nothing", true,
     [](const TenantDb<Notes>& db) {
         auto query = update<Note>().set(col<&Note::number> = 9).where(col<&Note::number> == 77);
         return without_value(wait_for(db.async_write(query)));
     }},
    {"two at once", true,
     [](const TenantDb<Notes>& db) {
         auto first = add_note(db, "lost", 3)(boost::asio::use_future);
         auto second = without_value(wait_for(add_note(db, "lost", 4)));
         if (first.get()) return Result<void>();
         return second;
     }},
    {"a read", false, [](const TenantDb<Notes>& db) { return without_value(count_notes(db)); }},
    {"a read elsewhere", false,
     [](const TenantDb<Notes>& db) { return without_value(wait_for(db.async_read(select<Note>()))); }},
    {"a snapshot", false,
     [](const TenantDb<Notes>& db) {
         auto body = [](auto& snapshot) -> Result<std::int64_t> {
             return snapshot.read(one(select(count()).from(table<Note>)));
         };
         return without_value(wait_for(db.async_snapshot(body)));
     }},
};

void replace(const fs::path& file)
{
    std::ofstream(file.string() + ".new") << "";
    fs::rename(file.string() + ".new", file);
}

struct Loss {
    const char* what;
    std::function<void(Site&)> happens;
};

const Loss losses[] = {
    {"the log removed", [](Site& site) { fs::remove(site.file("main.db-wal")); }},
    {"its index removed", [](Site& site) { fs::remove(site.file("main.db-shm")); }},
    {"both removed",
     [](Site& site) {
         fs::remove(site.file("main.db-wal"));
         fs::remove(site.file("main.db-shm"));
     }},
    {"the log renamed", [](Site& site) { fs::rename(site.file("main.db-wal"), site.file("old-wal")); }},
    {"the log replaced", [](Site& site) { replace(site.file("main.db-wal")); }},
};

} // namespace

TEST_CASE("a log that is removed is noticed before anything is answered, and what is in it is rescued")
{
    for (const auto& loss : losses)
        for (const auto& operation : operations) {
            CAPTURE(loss.what, operation.what);
            Site site;
            loss.happens(site);
            const auto done = operation.run(site.db);
            REQUIRE_FALSE(done);
            CHECK(done.error() == errc::tenant_gone);
            CHECK(done.error().tenant() == "acme");
            CHECK_THAT(std::string(done.error().message()), ContainsSubstring("main.db-wal"));
            CHECK_THAT(std::string(done.error().message()), ContainsSubstring("nothing of this operation"));
            const auto kept = site.db;
            CHECK(site.count_anew() == 2); // what was acknowledged, and nothing else
            CHECK(count_notes(kept).error() == errc::tenant_gone);
            must(wait_for(add_note(site.db, "after", 5)));
            CHECK(site.count_anew() == 3);
            CHECK_FALSE(fs::exists(site.file("main.db-journal")));
        }
}

TEST_CASE("a log that is removed when nothing had happened for a while is noticed as well")
{
    const bool sole_owner = GENERATE(false, true);
    for (const auto& operation : operations) {
        CAPTURE(sole_owner, operation.what);
        Site site({.sole_owner = sole_owner, .threads = 2});
        site.settle();
        fs::remove(site.file("main.db-wal"));
        const auto done = operation.run(site.db);
        REQUIRE_FALSE(done);
        CHECK(done.error() == errc::tenant_gone);
        CHECK(site.count_anew() == 2);
        if (!operation.writes) continue;
        site.db = {};
        must(wait_for(site.fleet.async_close(Shutdown::drain)));
        site.fleet = must(open_notes(site.directory.path() / "root"));
        CHECK(site.count_anew() == 2);
    }
}

TEST_CASE("what other processes and fleets do with a tenant does not pass for the loss of its log")
{
    Site site;
    std::int64_t expected = 2;
    for (int round = 0; round < 10; ++round) {
        auto other = must(open_notes(site.directory.path() / "root", {.threads = 1}));
        must(wait_for(add_note(must(wait_for(other.async_tenant("acme"))), "", ++expected)));
        must(wait_for(other.async_close(Shutdown::drain)));
        must(wait_for(add_note(site.db, "", ++expected)));
        CHECK(must(count_notes(site.db)) == expected);
    }
}

TEST_CASE("a write is not there later of which it was told that nothing was done")
{
    const auto move = GENERATE(0, 1, 2);
    std::size_t tried = 0;
    for (const auto& operation : operations) {
        if (move != 0 && ++tried > 2) break; // each of these takes a second
        CAPTURE(move, operation.what);
        Site site;
        const auto root = site.directory.path() / "root";
        const auto here = move == 0 ? site.here() : move == 1 ? root / "tenants" : root;
        const bool at_once = move == 0;
        if (GENERATE(false, true)) site.settle();
        const auto away = site.directory.path() / "away";
        fs::rename(here, away);
        Result<void> done;
        // That a directory further up was renamed is noticed within a second.
        if (at_once)
            done = operation.run(site.db);
        else
            CHECK(test::until([&] { return !count_notes(site.db); }));
        if (!at_once) done = operation.run(site.db);
        fs::rename(away, here);
        REQUIRE_FALSE(done);
        CHECK(done.error() == errc::tenant_gone);
        CHECK(site.count_anew() == 2);
        must(wait_for(add_note(site.db, "after", 5)));
        CHECK(site.count_anew() == 3);
    }
}

TEST_CASE("files that cannot be looked up for a moment are not told to be removed")
{
    for (const auto& operation : operations) {
        CAPTURE(operation.what);
        Site site;
        const auto tenants = site.directory.path() / "root" / "tenants";
        const auto away = site.directory.path() / "away";
        // A link to itself: looking up what is below fails, as it does where a permission is missing.
        fs::rename(tenants, away);
        fs::create_symlink("tenants", tenants);
        const auto done = operation.run(site.db);
        fs::remove(tenants);
        fs::rename(away, tenants);
        REQUIRE_FALSE(done);
        CHECK(done.error() == errc::io_error);
        CHECK_THAT(std::string(done.error().message()), ContainsSubstring("nothing of this operation"));
        // The same handle goes on: it is the same tenant.
        CHECK(must(count_notes(site.db)) == 2);
        must(wait_for(add_note(site.db, "after", 5)));
        CHECK(site.count_anew() == 3);
    }
}

TEST_CASE(
    "a tenant that is found lost by several at the same time is closed once, and opened anew for all of them")
{
    Site site;
    for (int round = 0; round < 30; ++round) {
        CAPTURE(round);
        must(wait_for(add_note(site.db, "", 3 + round)));
        fs::remove(site.file("main.db-wal"));
        std::latch all(4);
        std::array<Result<std::int64_t>, 4> found;
        {
            std::vector<std::jthread> threads;
            for (auto& each : found)
                threads.emplace_back([&] {
                    all.arrive_and_wait();
                    const auto db = wait_for(site.fleet.async_tenant("acme"));
                    each = db ? count_notes(*db) : fail(db.error());
                });
        }
        for (const auto& each : found) CHECK(must(each) == 3 + round);
        site.db = must(wait_for(site.fleet.async_tenant("acme")));
    }
    site.db = {};
    must(wait_for(site.fleet.async_close(Shutdown::drain)));
}

TEST_CASE("a tenant is moved away and back again and again, and each write is where its answer says")
{
    Site site;
    const auto here = site.here();
    const auto away = site.directory.path() / "away";
    std::atomic<bool> stop{false};
    std::thread mover([&] {
        while (!stop) {
            fs::rename(here, away);
            std::this_thread::yield();
            fs::rename(away, here);
            std::this_thread::yield();
        }
    });
    std::set<std::int64_t> kept{1, 2};
    std::set<std::int64_t> unknown;
    std::atomic<bool> ended{false};
    std::thread reader([&] {
        while (!ended) {
            const auto db = wait_for(site.fleet.async_tenant("acme"));
            for (int n = 0; n < 20 && db && count_notes(*db); ++n) {}
        }
    });
    for (std::int64_t number = 3; number < 600; ++number) {
        const auto db = wait_for(site.fleet.async_tenant("acme"));
        if (!db) {
            // For the moment it is not there; nothing is said of what lies there.
            const auto& why = db.error();
            if (why == errc::foreign_log || why == errc::corrupt || why == errc::not_a_database)
                FAIL_CHECK(said(why));
            continue;
        }
        const auto written = wait_for(add_note(*db, "", number));
        if (written)
            kept.insert(number);
        else if (written.error() == errc::unknown_outcome)
            unknown.insert(number);
        else if (!(written.error() == errc::tenant_gone || written.error() == errc::io_error ||
                   written.error() == errc::read_only))
            FAIL_CHECK(said(written.error()));
    }
    stop = ended = true;
    mover.join();
    reader.join();
    site.db = {};
    must(wait_for(site.fleet.async_close(Shutdown::drain)));
    site.fleet = must(open_notes(site.directory.path() / "root"));
    site.db = must(wait_for(site.fleet.async_tenant("acme")));
    std::set<std::int64_t> found;
    for (const auto number : must(site.db.read(select(col<&Note::number>)))) found.insert(number);
    for (const auto number : kept) CHECK(found.contains(number));
    for (const auto number : found) CHECK((kept.contains(number) || unknown.contains(number)));
}
