// Jobs of upkeep, run one at a time in one thread: which are ended, which have to be run again, and what is left behind.
#include <tenantry/tenant/detail/maintenance.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "support/catch.hpp"
#include "support/plain_tenant.hpp"
#include "support/writer_site.hpp"

using namespace tenantry;
using Site = test::WriterSite;

namespace {

// What became of a job, and what it is to be like.
struct Chore {
    std::function<Result<void>(sqlite::Connection&)> work;
    bool background = false;
    bool caller_is_there = true;
    std::atomic<bool> cancel{false};
    int parts = 1; // that are left of it
    int claims = 0;
    int runs = 0;
    int answers = 0;
    std::optional<Error> error{};
    std::function<void()> told = [] {};
};

class ChoreJob final : public detail::OperationOf<void> {
public:
    explicit ChoreJob(Chore& chore) : chore_(chore) {}

    detail::OperationKind kind() const noexcept override { return detail::OperationKind::maintenance; }
    bool claim() noexcept override
    {
        ++chore_.claims;
        return chore_.caller_is_there;
    }
    bool cancelled() const noexcept override { return chore_.cancel; }
    const std::atomic<bool>* cancel_flag() const noexcept override { return &chore_.cancel; }
    bool run(sqlite::Connection& connection) noexcept override
    {
        ++chore_.runs;
        const bool done = run_work(chore_.work, connection);
        if (done) --chore_.parts;
        return done;
    }
    bool again() const noexcept override { return chore_.parts > 0; }
    bool in_background() const noexcept override { return chore_.background; }
    void complete(std::string_view tenant) noexcept override
    {
        auto result = take_result(tenant);
        answer(result ? std::nullopt : std::optional<Error>(result.error()));
    }
    void refuse(Error error) noexcept override { answer(std::move(error)); }

private:
    void answer(std::optional<Error> error)
    {
        ++chore_.answers;
        chore_.error = std::move(error);
        chore_.told();
    }

    Chore& chore_;
};

struct Place : Site {
    using Site::Site;

    /// The job from its beginning, or what was left of it.
    detail::Maintenance::Run run(Chore& chore) { return run(std::make_unique<ChoreJob>(chore)); }
    detail::Maintenance::Run run(std::unique_ptr<detail::Operation> job)
    {
        return maintenance.run(std::move(job));
    }

    [[nodiscard]] std::string log_file() const { return path.string() + "-wal"; }

    // A reader that is open and not lent, where there are readers.
    void open_reader()
    {
        if (!options.profile.exclusive) REQUIRE(test::must(database.try_reader()));
    }
    [[nodiscard]] std::size_t open_readers()
    {
        TenantStats stats;
        database.count_readers(stats);
        return stats.readers;
    }

    detail::Maintenance maintenance{database, options.profile, log, observation, counters};
};

// What a tenant's own connection is kept from, and makes the log longer.
Result<void> rewrite(sqlite::Connection& connection) { return connection.execute("VACUUM"); }

Result<void> lock(sqlite::Connection& connection) { return connection.execute("BEGIN IMMEDIATE; COMMIT"); }

} // namespace

TEST_CASE("what is done has left nothing behind when it is answered")
{
    Place place(GENERATE(false, true));
    place.write(100 * Site::kib);
    place.open_reader();
    Chore chore{.work = rewrite};
    chore.told = [&] {
        CHECK(place.log.bytes() == 0);
        CHECK(std::filesystem::file_size(place.log_file()) == 0);
        CHECK(place.open_readers() == 0);
        CHECK(place.counters.stats().upkeeps == 1);
    };
    const auto run = place.run(chore);
    CHECK_FALSE(run.unfinished);
    CHECK_FALSE(run.locked);
    CHECK(chore.answers == 1);
    CHECK_FALSE(chore.error);
    CHECK(place.counters.stats().upkeeps_failed == 0);
    // The tenant's own connection is kept from it as before.
    CHECK_FALSE(place.database.writer().execute("ATTACH ':memory:' AS other"));
}

TEST_CASE("what fails has left nothing behind either")
{
    Place place(GENERATE(false, true));
    place.write(100 * Site::kib);
    place.open_reader();
    const bool background = GENERATE(false, true);
    Chore chore{.work = [](sqlite::Connection& connection) -> Result<void> {
                    auto written = connection.execute("INSERT INTO entry VALUES (zeroblob(100000))");
                    return written ? fail(errc::disk_full, "by the test") : std::move(written);
                },
                .background = background};
    chore.told = [&] { CHECK(place.log.bytes() == 0); };
    CHECK_FALSE(place.run(chore).unfinished);
    REQUIRE(chore.answers == 1);
    REQUIRE(chore.error);
    CHECK(*chore.error == errc::disk_full);
    CHECK(chore.error->tenant() == "site");
    CHECK(place.open_readers() == 0);
    CHECK(place.counters.stats().upkeeps == 0);
    CHECK(place.counters.stats().upkeeps_failed == 1);
    // The observer hears of what nobody waits for.
    REQUIRE(place.background->heard.size() == (background ? 1 : 0));
    if (background) CHECK(place.background->heard[0].first == BackgroundTask::upkeep);
}

TEST_CASE("while another process has the lock it waits, but not what nobody waits for")
{
    Place place;
    const bool background = GENERATE(false, true);
    Chore chore{.work = lock, .background = background};
    test::ForeignLock locked(place.path);
    auto run = place.run(chore);
    CHECK(chore.runs == 1);
    if (background) {
        CHECK_FALSE(run.unfinished);
        REQUIRE(chore.answers == 1);
        CHECK(*chore.error == errc::busy);
        CHECK(place.counters.stats().upkeeps_failed == 1);
        return;
    }
    REQUIRE(run.unfinished);
    REQUIRE(run.locked);
    CHECK(*run.locked == errc::busy);
    CHECK(run.locked->tenant() == "site");
    CHECK(chore.answers == 0);
    locked.release();
    run = place.run(std::move(run.unfinished));
    CHECK_FALSE(run.unfinished);
    CHECK_FALSE(run.locked);
    CHECK(chore.runs == 2);
    CHECK(chore.claims == 1);
    CHECK(chore.answers == 1);
    CHECK_FALSE(chore.error);
    CHECK(place.counters.stats().upkeeps == 1);
    CHECK(place.counters.stats().upkeeps_failed == 0);
}

TEST_CASE("what is done in parts is handed back until the last of them, and can be cancelled in between")
{
    Place place(GENERATE(false, true));
    Chore chore{.work = lock, .parts = 3};
    auto run = place.run(chore);
    REQUIRE(run.unfinished);
    CHECK_FALSE(run.locked);
    const int when = GENERATE(0, 1, 2);
    if (when == 1) chore.cancel = true; // between two
    if (when == 2)                      // while one runs
        chore.work = [&](sqlite::Connection&) -> Result<void> {
            chore.cancel = true;
            return {};
        };
    run = place.run(std::move(run.unfinished));
    if (when == 0) {
        REQUIRE(run.unfinished);
        run = place.run(std::move(run.unfinished));
    }
    CHECK_FALSE(run.unfinished);
    CHECK(chore.claims == 1);
    REQUIRE(chore.answers == 1);
    if (when == 0) {
        CHECK(chore.runs == 3);
        CHECK_FALSE(chore.error);
        CHECK(place.counters.stats().upkeeps == 1);
    } else {
        REQUIRE(chore.error);
        CHECK(*chore.error == errc::cancelled);
        CHECK(chore.error->tenant() == "site");
    }
    CHECK(place.counters.stats().upkeeps_failed == 0);
}

TEST_CASE("what nobody wants any more is not run")
{
    Place place;
    place.open_reader();
    Chore chore{.work = rewrite};
    auto job = std::make_unique<ChoreJob>(chore);
    std::optional<errc> answer;
    SECTION("its caller is gone") { chore.caller_is_there = false; }
    SECTION("it was cancelled")
    {
        chore.cancel = true;
        answer = errc::cancelled;
    }
    SECTION("its deadline has passed")
    {
        job->limits.deadline = detail::Operation::Clock::now();
        answer = errc::timeout;
    }
    SECTION("the tenant is gone")
    {
        std::filesystem::remove(place.path);
        answer = errc::tenant_gone;
    }
    SECTION("another tenant is in its place")
    {
        place.replace();
        answer = errc::tenant_gone;
    }
    CHECK_FALSE(place.run(std::move(job)).unfinished);
    CHECK(chore.runs == 0);
    REQUIRE(chore.answers == (answer ? 1 : 0));
    if (answer) {
        REQUIRE(chore.error);
        CHECK(*chore.error == *answer);
        CHECK(chore.error->tenant() == "site");
    }
    CHECK(place.counters.stats().upkeeps == 0);
    CHECK(place.open_readers() == 1);
}

TEST_CASE("where the file is lost meanwhile, nobody is told that it was done")
{
    Place place(GENERATE(false, true));
    Chore chore{.work = [&](sqlite::Connection& connection) {
        auto done = rewrite(connection);
        std::filesystem::rename(place.path, place.path.string() + ".away");
        return done;
    }};
    CHECK_FALSE(place.run(chore).unfinished);
    CHECK(chore.runs == 1);
    REQUIRE(chore.error);
    CHECK(*chore.error == errc::tenant_gone);
    CHECK(place.file.lost());
}
