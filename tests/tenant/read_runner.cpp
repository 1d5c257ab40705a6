// Running reads, step by step in one thread: which are run, with whose connection, and what keeps them from being told.
#include <tenantry/tenant/detail/read_runner.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <tenantry/tenant/detail/tenant_database.hpp>
#include <tenantry/tenant/detail/writer_use.hpp>

#include "support/catch.hpp"
#include "support/from_now.hpp"
#include "support/writer_site.hpp"

using namespace tenantry;
using detail::ReaderTask;
using detail::ReadRunner;
using test::Fate;
using test::FatePtr;
using test::must;
using test::PlainOperation;
using Clock = detail::Operation::Clock;

namespace {

constexpr auto statement = detail::OperationKind::partial_statement; // what queries are

// What a turn is given to read, the connection for it, and whether what was found may be told.
struct Reads : detail::ReadBatch {
    detail::ReadLease writers;
    bool there = true;
};

struct Site final : test::WriterSite, detail::WriterLender {
    Site() : WriterSite(usual()) {}

    // One that has the writer's connection, with these to come.
    void lend(Reads& reads)
    {
        reads.writers = try_borrow();
        REQUIRE(reads.writers);
    }

    void run_together(Reads& reads, Clock::duration& left)
    {
        reads.there = runner.run_together(reads, std::move(reads.writers), left);
    }

    static FatePtr add(Reads& reads, PlainOperation::Work work, const Limits& limits = {}, bool caller = true)
    {
        auto fate = std::make_shared<Fate>();
        auto job = std::make_unique<PlainOperation>(fate, std::move(work), statement, caller);
        job->limits = limits;
        reads.add(std::move(job));
        return fate;
    }

    detail::ReadLease try_borrow()
    {
        return use.try_borrow() ? database.lend_writer(this) : detail::ReadLease();
    }
    void writer_came_back() noexcept override { (void)use.give_back(); }

    bool is_lent() { return !try_borrow(); }

    // As a tenant does in the calling thread.
    std::optional<Result<void>> run_brief_task(ReaderTask task, const Limits& limits = {})
    {
        auto lent = try_borrow();
        return lent ? runner.run_brief_task(task, limits, std::move(lent)) : std::nullopt;
    }
    Result<void> run_task(ReaderTask task, const Limits& limits, std::chrono::milliseconds patience)
    {
        auto reader = database.reader(ReadRunner::patience_of(limits, patience));
        return runner.run_task(task, limits, must(std::move(reader)));
    }

    detail::WriterUse use;
    ReadRunner runner{database, counters};
};

Result<void> nothing(sqlite::Connection&) { return {}; }

Result<void> endless(sqlite::Connection& connection)
{
    auto counted = connection.query_integer(
        "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up) SELECT count(*) FROM up");
    if (!counted) return fail(std::move(counted).error());
    return {};
}

// What is called in the calling thread, as often as it likes to be.
struct Task {
    PlainOperation::Work work;
    int calls = 0;
    std::optional<Result<void>> result{};

    operator ReaderTask() { return {this, &Task::call, ReaderTask::Calls::again}; }

private:
    static void call(void* self, sqlite::Connection& connection)
    {
        auto& task = *static_cast<Task*>(self);
        ++task.calls;
        task.result = task.work(connection);
    }
};

} // namespace

TEST_CASE("what is read together is read at one moment, and the connection comes back")
{
    Site site;
    std::int64_t before = -1;
    std::int64_t after = -1;
    Reads reads;
    site.lend(reads);
    Site::add(reads, [&](sqlite::Connection& connection) -> Result<void> {
        before = must(connection.query_integer("SELECT count(*) FROM entry"));
        auto other = must(sqlite::Connection::open(site.path, sqlite::OpenMode::read_write));
        return other.execute("INSERT INTO entry VALUES (x'01')");
    });
    Site::add(reads, [&](sqlite::Connection& connection) -> Result<void> {
        after = must(connection.query_integer("SELECT count(*) FROM entry"));
        return {};
    });
    Clock::duration left = std::chrono::hours(1);
    site.run_together(reads, left);
    CHECK(reads.all_done());
    CHECK(reads.there);
    CHECK(before == 0);
    CHECK(after == 0);
    CHECK_FALSE(site.is_lent());
    CHECK(must(site.database.writer().query_integer("SELECT count(*) FROM entry")) == 1);
}

TEST_CASE("when their time is over the first is run nevertheless, and the others wait on")
{
    Site site;
    Reads reads;
    site.lend(reads);
    const auto first = Site::add(reads, &nothing);
    const auto second = Site::add(reads, &nothing);
    Clock::duration left{};
    site.run_together(reads, left);
    CHECK(reads.done == 1);
    CHECK(first->runs == 1);
    CHECK(second->runs == 0);
    REQUIRE(reads.operations[1]);
    CHECK(detail::Schedule::is_brief(*reads.operations[1]));
    CHECK_FALSE(site.is_lent());
}

TEST_CASE("what takes long is ended, and is to have a reader")
{
    Site site;
    const sqlite3* const writers = site.database.writer().native_handle();
    Reads reads;
    site.lend(reads);
    const auto read = Site::add(reads, [&](sqlite::Connection& connection) -> Result<void> {
        return connection.native_handle() == writers ? endless(connection) : Result<void>();
    });
    Clock::duration left = ReadRunner::loan;
    site.run_together(reads, left);
    CHECK(reads.done == 0);
    REQUIRE(reads.operations[0]);
    CHECK_FALSE(detail::Schedule::is_brief(*reads.operations[0]));
    CHECK_FALSE(site.is_lent());
    CHECK(site.runner.run_alone(reads.operations[0], must(site.database.try_reader())));
    CHECK(reads.operations[0]->succeeded());
    CHECK(read->runs == 2);
    CHECK(read->claims == 1);
}

TEST_CASE("nobody is called who has cancelled, whose deadline has passed, or whose caller is gone")
{
    Site site;
    Reads reads;
    site.lend(reads);
    const auto cancelled = Site::add(reads, &nothing);
    cancelled->cancel = true;
    const auto late = Site::add(reads, &nothing, Limits{.deadline = Clock::now() - std::chrono::seconds(1)});
    const auto gone = Site::add(reads, &nothing, {}, false);
    const auto last = Site::add(reads, &nothing);
    Clock::duration left = std::chrono::hours(1);
    site.run_together(reads, left);
    REQUIRE(reads.all_done());
    CHECK(gone->destroyed);
    CHECK_FALSE(reads.operations[2]);
    reads.operations[0]->complete("site");
    reads.operations[1]->complete("site");
    CHECK(cancelled->failed(errc::cancelled));
    CHECK(cancelled->error->tenant() == "site");
    CHECK(late->failed(errc::timeout));
    CHECK(cancelled->runs + late->runs + gone->runs == 0);
    CHECK(last->runs == 1);
    CHECK(site.counters.read_time.counted().count() == 1);
}

TEST_CASE("what was found in a file that is gone is not to be told")
{
    Site site;
    Reads reads;
    site.lend(reads);
    Site::add(reads, &nothing);
    std::filesystem::remove(site.path);
    SECTION("together")
    {
        Clock::duration left = std::chrono::hours(1);
        site.run_together(reads, left);
        CHECK(reads.all_done());
        CHECK_FALSE(reads.there);
    }
    SECTION("here and now")
    {
        reads.writers = {};
        Task task{&nothing};
        const auto read = site.run_brief_task(task, {});
        REQUIRE(read);
        REQUIRE_FALSE(*read);
        CHECK(read->error() == errc::tenant_gone);
    }
    CHECK_FALSE(site.is_lent());
}

TEST_CASE("here and now a query has the writer's connection, unless it takes long or that is in use")
{
    Site site;
    Task brief{&nothing};
    const auto read = site.run_brief_task(brief, {});
    REQUIRE(read);
    CHECK(*read);
    CHECK(brief.calls == 1);

    Task takes_long{&endless};
    CHECK_FALSE(site.run_brief_task(takes_long, {}));
    CHECK(takes_long.calls == 1);
    CHECK_FALSE(site.is_lent());
    // Ended by its own limit it has had its time, and is not begun again.
    const auto ended = site.run_brief_task(takes_long, Limits{.deadline = Clock::now()});
    REQUIRE(ended);
    CHECK(takes_long.calls == 2);
    CHECK_FALSE(*takes_long.result);

    const auto lent = site.try_borrow();
    REQUIRE(lent);
    CHECK_FALSE(site.run_brief_task(brief, {}));
    CHECK(brief.calls == 1);
}

TEST_CASE("here and now a reader is waited for as long as the caller likes")
{
    Site site;
    Task task{&nothing};
    CHECK(site.run_task(task, {}, std::chrono::milliseconds(0)));
    auto taken = must(site.database.try_reader());
    REQUIRE(taken);
    const auto busy = site.run_task(task, {}, std::chrono::milliseconds(1));
    REQUIRE_FALSE(busy);
    CHECK(busy.error() == errc::overloaded);
    const auto late =
        site.run_task(task, test::from_now(std::chrono::milliseconds(1)), std::chrono::hours(1));
    REQUIRE_FALSE(late);
    CHECK(late.error() == errc::timeout);
    CHECK(task.calls == 1);
    taken = {};
    CHECK(site.run_task(task, {}, std::chrono::milliseconds(0)));
    CHECK(task.calls == 2);
}
