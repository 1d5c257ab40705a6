// A live tenant's database is made smaller: what it holds stays, its users go on, and what goes wrong harms nothing.
#include <tenantry/sqlite/detail/privileged.hpp>
#include <tenantry/tenant/compaction.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <tenantry/tenant/detail/tenant.hpp>

#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"
#include "support/plain_tenant.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::must;
using test::PlainTenant;

namespace {

TenantOptions usual(bool incremental = false)
{
    TenantOptions options;
    options.checkpoints.age = 1h;
    options.profile.incremental_vacuum = incremental;
    return options;
}

constexpr int rows = 50'000;

// Of so many rows one in ten is left.
void fill_and_empty(PlainTenant& plain)
{
    const auto filled = plain.write([](sqlite::Connection& connection) {
        return connection.execute(
            "INSERT INTO entry WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
            "LIMIT " +
            std::to_string(rows) + ") SELECT n FROM c");
    });
    const auto emptied = plain.write([](sqlite::Connection& connection) {
        return connection.execute("DELETE FROM entry WHERE n % 10 != 0");
    });
    const auto left = plain.write([](sqlite::Connection& connection) {
        return connection.execute("DELETE FROM entry WHERE n <= " + std::to_string(rows * 9 / 10));
    });
    REQUIRE(filled->succeeded());
    REQUIRE(emptied->succeeded());
    REQUIRE(left->succeeded());
}

// Whether the file is sound, and what there is to know of the rows.
std::string contents(const PlainTenant& plain)
{
    auto reader = must(sqlite::Connection::open(plain.database(), sqlite::OpenMode::read_only));
    auto sound = must(reader.prepare_privileged("PRAGMA integrity_check"));
    const sqlite::Privileged gate(reader);
    must(sound.step());
    auto statement =
        must(reader.prepare("SELECT count(*) || ' rows, ' || sum(n) || ', ' || sum(n * n) FROM entry"));
    must(statement.step());
    return std::string(sound.text(0)) + " " + std::string(statement.text(0));
}

Space measured(const PlainTenant& plain)
{
    auto reader = must(sqlite::Connection::open(plain.database(), sqlite::OpenMode::read_only));
    return must(detail::measure_space(reader));
}

std::uintmax_t log_file(const PlainTenant& plain)
{
    return std::filesystem::file_size(plain.database().string() + "-wal");
}

using Answer = std::future<Result<Compacted>>;

Answer compact(PlainTenant& plain, CompactOptions options = {}, const Limits& limits = {})
{
    auto told = std::make_shared<std::promise<Result<Compacted>>>();
    auto answer = told->get_future();
    auto handler = [told](Result<Compacted> result) { told->set_value(std::move(result)); };
    auto job = std::make_unique<detail::CallersOperation<Compacted, detail::Compaction, int>>(
        detail::Compaction(options), 0, std::move(handler), plain.pool.get_executor(), plain.tenant);
    job->limits = limits;
    plain.tenant->submit_write(std::move(job));
    return answer;
}

} // namespace

TEST_CASE("what holds nothing is given back, with the log that it takes, and what holds something stays")
{
    const bool incremental = GENERATE(false, true);
    CAPTURE(incremental);
    PlainTenant plain(2, usual(incremental));
    fill_and_empty(plain);
    const auto before = contents(plain);
    const auto compacted = must(compact(plain).get());
    CHECK(compacted.before.free_pages > 50);
    CHECK(compacted.before.incremental == incremental);
    CHECK(compacted.after.free_pages == 0);
    CHECK(compacted.after.pages < compacted.before.pages / 2);
    CHECK(compacted.after.incremental == incremental);
    // At once, so that whoever hears of it finds it so.
    CHECK(std::filesystem::file_size(plain.database()) == compacted.after.bytes());
    CHECK(log_file(plain) == 0);
    CHECK(plain.tenant->stats().log_bytes == 0);
    CHECK(plain.tenant->stats().upkeeps == 1);
    CHECK(contents(plain) == before);
    CHECK(plain.write(1)->succeeded());
    // There is nothing to do any more.
    const auto again = must(compact(plain).get());
    CHECK(again.before == again.after);
}

TEST_CASE("the whole is rewritten on request, and becomes incremental where that was chosen since")
{
    PlainTenant plain(2, usual());
    fill_and_empty(plain);
    plain.close();
    plain.tenant = must(plain.open(usual(true)));
    const auto before = contents(plain);
    CHECK_FALSE(measured(plain).incremental);
    const auto compacted = must(compact(plain, {.whole = true}).get());
    CHECK(compacted.after.incremental);
    CHECK(compacted.after.free_pages == 0);
    CHECK(contents(plain) == before);
}

TEST_CASE("the tenant's writes wait for their turn and its reads go on")
{
    const bool incremental = GENERATE(false, true);
    PlainTenant plain(3, usual(incremental));
    fill_and_empty(plain);
    for (int round = 0; round < 5; ++round) {
        fill_and_empty(plain);
        auto answer = compact(plain);
        const auto first = plain.write(round);
        const auto read = plain.read([](sqlite::Connection& connection) -> Result<void> {
            auto count = connection.query_integer("SELECT count(*) FROM entry");
            return count ? Result<void>() : fail(std::move(count).error());
        });
        auto second = compact(plain);
        const auto last = plain.write(round);
        CHECK(first->succeeded());
        const bool was_read = read->succeeded();
        CAPTURE(read->error ? read->error->message() : "");
        CHECK(was_read);
        CHECK(last->succeeded());
        CHECK(must(answer.get()).after.free_pages == 0);
        must(second.get());
    }
    CHECK(measured(plain).free_pages == 0);
}

TEST_CASE("a reader that does not end keeps the file long, and nothing else")
{
    PlainTenant plain(2, usual());
    fill_and_empty(plain);
    auto reader = must(sqlite::Connection::open(plain.database(), sqlite::OpenMode::read_only));
    must(reader.execute("BEGIN"));
    const auto seen = must(reader.query_integer("SELECT count(*) FROM entry"));
    const auto compacted = must(compact(plain).get());
    CHECK(compacted.after.free_pages == 0);
    CHECK(plain.tenant->stats().checkpoints_blocked == 1);
    CHECK(plain.tenant->stats().log_bytes >= compacted.after.bytes());
    CHECK(must(reader.query_integer("SELECT count(*) FROM entry")) == seen);
    CHECK(plain.write(1)->succeeded());
    must(reader.execute("COMMIT"));
    REQUIRE(must(compact(plain, {.whole = true}).get()).after.free_pages == 0);
    CHECK(log_file(plain) == 0);
}

TEST_CASE("where another keeps the log it is left to him")
{
    auto options = usual();
    options.checkpoints.automatic = false;
    PlainTenant plain(2, options);
    fill_and_empty(plain);
    const auto compacted = must(compact(plain).get());
    CHECK(compacted.after.free_pages == 0);
    CHECK(log_file(plain) > compacted.after.bytes());
    CHECK(plain.tenant->stats().log_bytes > compacted.after.bytes());
    CHECK(plain.tenant->stats().checkpoints == 0);
}

TEST_CASE("another process's lock is waited for, and no longer than a write would")
{
    auto options = usual();
    options.busy_deadline = 20ms;
    const bool in_time = GENERATE(true, false);
    if (in_time) options.busy_deadline = 1h;
    PlainTenant plain(1, options);
    fill_and_empty(plain);
    test::ForeignLock lock(plain.database());
    auto answer = compact(plain);
    const auto write = plain.write(1);
    if (in_time) {
        lock.release();
        CHECK(must(answer.get()).after.free_pages == 0);
        CHECK(write->succeeded());
    } else {
        CHECK(answer.get().error() == errc::busy);
        CHECK(write->failed(errc::busy));
        lock.release();
        CHECK(measured(plain).free_pages > 50);
    }
}

TEST_CASE("no room on the disk at any moment: a clean error, and everything is where it was")
{
    const bool incremental = GENERATE(false, true);
    test::FaultyVfs vfs;
    PlainTenant plain(2, usual(incremental));
    fill_and_empty(plain);
    const auto before = contents(plain);
    const auto free_before = measured(plain).free_pages;
    int failed = 0;
    for (int nth = 1; nth <= 4000; nth = nth * 3 / 2 + 1) {
        CAPTURE(nth, incremental);
        vfs.fail(test::FaultyVfs::Op::write, nth, SQLITE_FULL, true);
        const auto answer = compact(plain).get();
        vfs.heal();
        REQUIRE(contents(plain) == before);
        if (answer) break;
        ++failed;
        REQUIRE(answer.error() == errc::disk_full);
        CHECK(answer.error().tenant() == "plain");
        if (!incremental) CHECK(measured(plain).free_pages == free_before);
        REQUIRE(plain.write([](sqlite::Connection&) -> Result<void> { return {}; })->succeeded());
    }
    CHECK(failed > 3);
    CHECK(plain.tenant->stats().upkeeps_failed == static_cast<std::uint64_t>(failed));
    CHECK(must(compact(plain).get()).after.free_pages == 0);
    CHECK(contents(plain) == before);
    CHECK(plain.write(1)->succeeded());
}

TEST_CASE("one that is cancelled or has no time is ended, and everything is where it was")
{
    PlainTenant plain(2, usual());
    fill_and_empty(plain);
    const auto before = contents(plain);
    std::shared_ptr<test::Fate> fate;
    std::promise<void> known;
    auto is_known = known.get_future().share();
    fate = plain.write(
        [&, is_known](sqlite::Connection& connection) -> Result<void> {
            is_known.wait();
            fate->cancel = true; // just before VACUUM begins
            auto done = detail::Compaction({.whole = true})(connection);
            return done ? Result<void>() : fail(std::move(done).error());
        },
        detail::OperationKind::maintenance);
    known.set_value();
    CHECK(fate->failed(errc::cancelled));
    CHECK(contents(plain) == before);
    CHECK(compact(plain, {}, {.deadline = Limits::Clock::now()}).get().error() == errc::timeout);
    CHECK(contents(plain) == before);
    CHECK(log_file(plain) == 0);
    CHECK(plain.write(1)->succeeded());
}

TEST_CASE("a tenant that was taken away is not compacted")
{
    PlainTenant plain(2, usual());
    fill_and_empty(plain);
    std::filesystem::rename(plain.place(), plain.directory.path() / "away");
    CHECK(compact(plain).get().error() == errc::tenant_gone);
    std::filesystem::rename(plain.directory.path() / "away", plain.place());
}

TEST_CASE("a tenant is closed at any moment while it is compacted")
{
    const bool incremental = GENERATE(false, true);
    const auto options = usual(incremental);
    PlainTenant plain(3, options);
    for (int round = 0; round < 12; ++round) {
        fill_and_empty(plain);
        auto answer = compact(plain);
        auto second = compact(plain, {.whole = true});
        test::spin(static_cast<std::size_t>(round * 20'000));
        plain.close();
        plain.tenant = must(plain.open(options));
        for (auto* each : {&answer, &second}) {
            const auto result = each->get();
            if (!result) CHECK(result.error() == errc::tenant_gone);
        }
    }
    CHECK(plain.write(1)->succeeded());
}

TEST_CASE("where there is one connection it is compacted on that, and the fences are up again")
{
    auto options = usual(GENERATE(false, true));
    options.profile.exclusive = true;
    PlainTenant plain(2, options);
    fill_and_empty(plain);
    const auto compacted = must(compact(plain).get());
    CHECK(compacted.before.free_pages > 50);
    CHECK(compacted.after.free_pages == 0);
    CHECK(std::filesystem::file_size(plain.database()) == compacted.after.bytes());
    CHECK(must(compact(plain, {.whole = true}).get()).after.free_pages == 0);
    int attached = -1;
    int defensive = -1;
    std::int64_t temporary = -1;
    std::int64_t left = -1;
    const auto looked = plain.write([&](sqlite::Connection& connection) -> Result<void> {
        attached = sqlite3_limit(connection.native_handle(), SQLITE_LIMIT_ATTACHED, -1);
        sqlite3_db_config(connection.native_handle(), SQLITE_DBCONFIG_DEFENSIVE, -1, &defensive);
        temporary = must(connection.query_integer("PRAGMA temp_store"));
        left = must(connection.query_integer("SELECT count(*) FROM entry"));
        return {};
    });
    REQUIRE(looked->succeeded());
    CHECK(attached == 0);
    CHECK(defensive == 1);
    CHECK(temporary == 2);
    CHECK(left == rows / 100);
    // In quiet times as well, until somebody reads.
    UpkeepOptions upkeep;
    upkeep.compact_free = 1;
    fill_and_empty(plain);
    const auto before = plain.tenant->stats().upkeeps;
    // The turn of the last write may not be over yet.
    for (bool begun = false; !begun; std::this_thread::yield()) {
        test::Door ended;
        begun = plain.tenant->look_after(upkeep, [&] { ended.open(); });
        REQUIRE(ended.wait());
    }
    CHECK(plain.tenant->stats().upkeeps == before + 1);
    CHECK(plain.tenant->stats().upkeeps_failed == 0);
}
