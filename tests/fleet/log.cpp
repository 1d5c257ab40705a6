// The write-ahead logs of a fleet's tenants: what is acknowledged is kept whatever writes them back, and when.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include <tenantry/fleet/open.hpp>

#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"
#include "support/until.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::must;
using test::note;
using test::Notes;
using test::until;

namespace {

constexpr std::uint64_t kib = 1024;

FleetOptions written_back_at(std::uint64_t size)
{
    FleetOptions options;
    options.threads = 3;
    options.tenant.checkpoints.size = size;
    options.tenant.checkpoints.interval = 0ms;
    options.tenant.checkpoints.age = 1h;
    return options;
}

struct Ear final : Observer {
    void background_error(BackgroundTask task, const Error& error) override
    {
        if (task == BackgroundTask::checkpoint && error == errc::busy) ++blocked;
    }
    std::atomic<int> blocked{0};
};

} // namespace

TEST_CASE("no acknowledged commit is lost that meets a checkpoint beside it")
{
    using Op = test::FaultyVfs::Op;
    test::FaultyVfs vfs;
    test::TempDir dir;
    std::atomic<int> acknowledged{0};
    std::filesystem::path path;
    {
        auto fleet = must(Fleet<Notes>::open(dir.path() / "fleet", written_back_at(64 * kib)));
        must(fleet.create("a"));
        const auto db = must(fleet.tenant("a"));
        path = must(fleet.directory("a")) / "main.db";
        const auto add = [&](int times, std::size_t length = 300) {
            for (int n = 0; n < times; ++n) {
                must(db.write(insert(note(std::string(length, 'x')))));
                ++acknowledged;
            }
        };
        // On a thread of the pool nobody may wait for it.
        const auto add_elsewhere = [&](int times) { std::thread(add, times, 300).join(); };
        auto other = must(sqlite::Connection::open(path, sqlite::OpenMode::read_write));
        // A commit that is news to the checkpoint, and another program that leaves it nothing to do: before it is begun, or
        // before what guards it is.
        const bool late = GENERATE(true, false);
        std::atomic<bool> met{false};
        const auto meet = [&] {
            add_elsewhere(1);
            (void)must(other.checkpoint(sqlite::Checkpoint::passive));
            // And in the middle of it commits, the first of which may restart the log.
            vfs.call(Op::unfetch, 1, [&] {
                add_elsewhere(3);
                met = true;
            });
        };
        add(10);
        vfs.call(late ? Op::checkpoint : Op::database, late ? 1 : 2, meet);
        add(1, 100 * kib);
        REQUIRE(until([&] { return db.stats().checkpoints + db.stats().checkpoints_blocked > 0; }));
        vfs.heal();
        CHECK(met == (late || sqlite::has_wal_reset_fault())); // else nothing guards it
        CHECK(db.stats().checkpoints_failed == 0);
        const bool more = GENERATE(false, true);
        if (more) add(100);
        must(other.close());
    }
    auto reader = must(sqlite::Connection::open(path, sqlite::OpenMode::read_only));
    CHECK(must(reader.query_integer("SELECT count(*) FROM note")) == acknowledged);
    CHECK(must(reader.query_integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = "
                                    "'ok'")) == 1);
}

TEST_CASE("behind a reader that does not end the log is not tried after each commit, and heard of once")
{
    test::TempDir dir;
    const auto ear = std::make_shared<Ear>();
    auto options = written_back_at(4096 * kib);
    options.observer = ear;
    SECTION("since some of it is old") { options.tenant.checkpoints.age = 0ms; }
    SECTION("since it is long")
    {
        options.tenant.checkpoints.size = 256 * kib;
        options.tenant.checkpoints.limit = 256 * kib;
    }
    auto fleet = must(Fleet<Notes>::open(dir.path() / "fleet", options));
    must(fleet.create("a"));
    const auto db = must(fleet.tenant("a"));
    auto reader =
        must(sqlite::Connection::open(must(fleet.directory("a")) / "main.db", sqlite::OpenMode::read_only));
    for (int round = 1; round <= 2; ++round) {
        must(db.write(insert(note("before"))));
        must(reader.execute("BEGIN"));
        must(reader.query_integer("SELECT count(*) FROM note"));
        const auto before = db.stats().checkpoints_blocked;
        for (int n = 0; n < 300; ++n) must(db.write(insert(note("behind it"))));
        CHECK(until([&] { return ear->blocked == round; }));
        CHECK(db.stats().checkpoints_blocked - before < 100);
        CHECK(ear->blocked == round);
        must(reader.execute("COMMIT"));
        const auto done = db.stats().checkpoints;
        must(db.write(insert(note(std::string(5 << 20, 'x')))));
        CHECK(until([&] { return db.stats().checkpoints > done; }));
        // So that the log is another one.
        CHECK(until([&] {
            must(db.write(insert(note("after"))));
            return db.stats().log_bytes < 256 * kib;
        }));
    }
}
