// A fleet that only reads: it serves what is there, refuses the rest, and leaves no trace.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/tenant/upkeep.hpp>
#include <tenantry/tenant/walk.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::open_notes;
using test::wait_for;
namespace fs = std::filesystem;

namespace {

FleetOptions only_reading()
{
    FleetOptions options;
    options.threads = 2;
    options.read_only = true;
    return options;
}

// Every file below, with what is in it.
std::map<std::string, std::string> everything_below(const fs::path& root)
{
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        std::string text;
        if (entry.is_regular_file()) {
            std::ifstream in(entry.path(), std::ios::binary);
            text.assign(std::istreambuf_iterator<char>(in), {});
        }
        all[entry.path().string()] = text;
    }
    return all;
}

// A root with a tenant that has two notes; its log is left where `keep_log`.
struct Root {
    explicit Root(bool keep_log = false)
    {
        FleetOptions options;
        options.threads = 2;
        options.tenant.checkpoints.automatic = !keep_log;
        auto fleet = must(open_notes(path, options));
        must(fleet.create("a"));
        auto db = must(fleet.tenant("a"));
        must(wait_for(test::add_note(db, "first", 1)));
        must(wait_for(test::add_note(db, "second", 2)));
        database = must(fleet.directory("a")) / "main.db";
        db = {};
        must(fleet.close(Shutdown::drain));
        has_log = fs::exists(database.string() + "-wal") && fs::file_size(database.string() + "-wal") != 0;
    }

    test::TempDir directory;
    fs::path path = directory.path() / "root";
    fs::path database;
    bool has_log = false;
};

template <class T>
void check_refused(const Result<T>& result)
{
    REQUIRE_FALSE(result);
    CHECK(result.error() == errc::read_only);
    CHECK(result.error().message().find("FleetOptions::read_only") != std::string::npos);
}

// All that a fleet and a handle can do.
void try_everything(Fleet<Notes>& fleet, std::int64_t notes = 2)
{
    CHECK(must(fleet.tenants()).size() == 1);
    const auto db = must(fleet.tenant("a"));
    const auto all = select<Note>().order_by(col<&Note::id>);
    const auto size = static_cast<std::size_t>(notes);
    CHECK(must(db.read(all)).size() == size);
    CHECK(must(wait_for(db.async_read(all))).size() == size);
    const auto counting = [](auto& snapshot) {
        return snapshot.read(one(select(count()).from(table<Note>)));
    };
    CHECK(must(db.snapshot(counting)) == notes);
    CHECK(must(wait_for(db.async_snapshot(counting))) == notes);
    std::int64_t seen = 0;
    must(db.for_each(all, [&](const auto&) { ++seen; }));
    CHECK(seen == notes);
    const auto walk = [](std::span<Record<Note, Notes>>) {};
    CHECK(must(wait_for(async_walk(db, all, 1, walk))) == notes);
    must(space(db));
    must(wait_for(async_space(db)));

    const Note row = note("must not be there");
    const auto body = [&](auto& tx) { return tx.run(insert(row)); };
    check_refused(db.write(insert(row)));
    check_refused(db.write(body));
    check_refused(wait_for(db.async_write(insert(row))));
    check_refused(wait_for(db.async_write(body)));
    check_refused(wait_for(db.async_write(remove<Note>().all_rows())));
    check_refused(optimize(db));
    check_refused(wait_for(async_optimize(db)));
    check_refused(compact(db));
    check_refused(wait_for(async_compact(db)));
    check_refused(fleet.create("b"));
    check_refused(wait_for(fleet.async_create("b")));
    check_refused(fleet.destroy("a"));
    check_refused(wait_for(fleet.async_destroy("a")));
    check_refused(wait_for(async_migrate_all(fleet)));
    const MigrateOptions deep{.dry_run = DryRun::deep};
    check_refused(wait_for(async_migrate_all(fleet, deep)));
    const MigrateOptions plan{.dry_run = DryRun::plan};
    const auto planned = must(wait_for(async_migrate_all(fleet, plan)));
    REQUIRE(planned.tenants.size() == 1);
    CHECK(planned.tenants[0].outcome == MigrationOutcome::current);
    CHECK(fleet.tenant("b").error() == errc::no_such_tenant);
    CHECK(must(test::count_notes(db)) == notes);
}

} // namespace

TEST_CASE("a fleet that only reads serves what is there, refuses the rest, and leaves no trace")
{
    const bool keep_log = GENERATE(false, true);
    CAPTURE(keep_log);
    Root root(keep_log);
    CHECK(root.has_log == keep_log); // with it, all the notes are in the log
    for (const char* each : {"tenantry.lock", "staging", "trash"})
        fs::remove(root.path / each); // nor are they made
    auto before = everything_below(root.path);
    {
        auto fleet = must(open_notes(root.path, only_reading()));
        try_everything(fleet);
        must(fleet.close(Shutdown::drain));
    }
    auto after = everything_below(root.path);
    // The index of a log is SQLite's, made again by who opens it.
    before.erase(root.database.string() + "-shm");
    after.erase(root.database.string() + "-shm");
    CHECK(after == before);
    // And who writes next goes on from there.
    auto fleet = must(open_notes(root.path, {.threads = 2}));
    must(wait_for(test::add_note(must(fleet.tenant("a")), "third", 3)));
    CHECK(must(test::count_notes(must(fleet.tenant("a")))) == 3);
}

TEST_CASE("it works beside a fleet that writes, and sees what that commits")
{
    Root root;
    auto writing = must(open_notes(root.path, {.threads = 2}));
    auto reading = must(open_notes(root.path, only_reading()));
    try_everything(reading);
    const auto there = must(writing.tenant("a"));
    const auto here = must(reading.tenant("a"));
    for (std::int64_t n = 3; n < 30; ++n) {
        must(wait_for(test::add_note(there, "another", n)));
        CHECK(must(test::count_notes(here)) == n);
    }
    must(compact(there));
    CHECK(must(test::count_notes(here)) == 29);
    // A sole owner is refused while somebody looks, and the other way round.
    must(writing.close(Shutdown::cancel));
    CHECK(open_notes(root.path, {.sole_owner = true, .threads = 1}).error() == errc::busy);
    must(reading.close(Shutdown::cancel));
    auto owner = must(open_notes(root.path, {.sole_owner = true, .threads = 1}));
    CHECK(open_notes(root.path, only_reading()).error() == errc::busy);
}

TEST_CASE("where nothing may be written it reads all the same")
{
    const bool keep_log = GENERATE(false, true);
    CAPTURE(keep_log);
    Root root(keep_log);
    bool could = true;
    // A name space of mounts is of one thread, and of those that it begins; it ends with them.
    std::thread apart([&] {
        if (::geteuid() == 0) {
            could =
                ::unshare(CLONE_NEWNS) == 0 &&
                ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                ::mount(root.path.c_str(), root.path.c_str(), nullptr, MS_BIND, nullptr) == 0 &&
                ::mount("none", root.path.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) == 0;
        } else {
            for (const auto& entry : fs::recursive_directory_iterator(root.path))
                ::chmod(entry.path().c_str(), entry.is_directory() ? 0500 : 0400);
            ::chmod(root.path.c_str(), 0500);
        }
        if (!could) return;
        CHECK(::access(root.path.c_str(), W_OK) != 0);
        auto fleet = must(open_notes(root.path, only_reading()));
        try_everything(fleet);
        must(fleet.close(Shutdown::drain));
        if (::geteuid() != 0) return;
        CHECK_FALSE(open_notes(root.path, {.threads = 1, .make_root = false}).has_value());
    });
    apart.join();
    if (::geteuid() != 0)
        for (const auto& entry : fs::recursive_directory_iterator(root.path))
            ::chmod(entry.path().c_str(), entry.is_directory() ? 0700 : 0600);
    if (!could) WARN("not tried: this process may not mount anything");
    CHECK(fs::exists(root.database.string() + "-wal") == keep_log);
}

TEST_CASE("it migrates nothing, and says what there would be to do")
{
    Root root;
    {
        sqlite::Profile profile = sqlite::Profile::maintenance();
        auto connection =
            must(sqlite::Connection::open(root.database, sqlite::OpenMode::read_write, profile));
        must(connection.execute("ALTER TABLE note DROP COLUMN number; PRAGMA user_version = 1"));
    }
    const auto before = everything_below(root.path);
    {
        auto fleet = must(open_notes(root.path, only_reading()));
        const auto refused = fleet.tenant("a");
        check_refused(refused);
        INFO(refused.error().message());
        CHECK(refused.error().message().find("table note") != std::string::npos);
        must(fleet.close(Shutdown::drain));
    }
    CHECK(everything_below(root.path) == before);
}

TEST_CASE("it makes no fleet, keeps nobody out, and is said in one place")
{
    test::TempDir directory;
    const auto nothing = open_notes(directory.path() / "none", only_reading());
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error() == errc::no_such_fleet);
    CHECK(fs::is_empty(directory.path()));
    auto both = only_reading();
    both.sole_owner = true;
    CHECK(open_notes(directory.path() / "none", both).error() == errc::invalid_argument);
    FleetOptions by_profile;
    by_profile.tenant.profile.read_only = true;
    CHECK(open_notes(directory.path() / "none", by_profile).error() == errc::invalid_argument);
}
