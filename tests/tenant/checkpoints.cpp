// The write-ahead log of an open tenant: written back beside the writer, restarted when it is long, never silently
// without bounds.
#include <tenantry/tenant/detail/tenant.hpp>

#include <chrono>
#include <filesystem>
#include <string>

#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"
#include "support/plain_tenant.hpp"
#include "support/until.hpp"

using namespace tenantry;
using test::FatePtr;
using test::must;
using test::PlainTenant;
using test::until;

namespace {

constexpr std::uint64_t kib = 1024;

TenantOptions with_log(std::uint64_t size, std::uint64_t limit, std::uint64_t refuse_at = 0)
{
    TenantOptions options;
    options.checkpoints.size = size;
    options.checkpoints.limit = limit;
    options.checkpoints.refuse_at = refuse_at;
    options.checkpoints.interval = std::chrono::milliseconds(0);
    options.checkpoints.age = std::chrono::hours(1);
    return options;
}

// About this many bytes of log.
FatePtr write_much(PlainTenant& plain, std::uint64_t bytes)
{
    return plain.write([bytes](sqlite::Connection& connection) -> Result<void> {
        return connection.execute(
            "INSERT INTO entry WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
            "LIMIT " +
            std::to_string(bytes / 8) + ") SELECT 1000000 + n FROM c");
    });
}

std::uintmax_t log_file(const PlainTenant& plain)
{
    return std::filesystem::file_size(plain.database().string() + "-wal");
}

} // namespace

TEST_CASE("a log that has grown is written back without anybody's asking")
{
    PlainTenant plain(2, with_log(64 * kib, 1024 * kib));
    REQUIRE(write_much(plain, 128 * kib)->succeeded());
    CHECK(until([&] { return plain.tenant->stats().checkpoints > 0; }));
    CHECK(plain.tenant->stats().log_bytes >= 64 * kib);
    // All of it is in the database now, so that the next write restarts the log.
    REQUIRE(plain.write(1)->succeeded());
    CHECK(plain.tenant->stats().log_bytes < 64 * kib);
    CHECK(plain.tenant->stats().checkpoints_failed == 0);
}

TEST_CASE("no commit checkpoints by itself")
{
    PlainTenant plain(2, with_log(1 << 30, 1 << 30));
    REQUIRE(write_much(plain, 8192 * kib)->succeeded()); // SQLite would, after 4 MiB
    REQUIRE(plain.write(1)->succeeded());
    CHECK(plain.tenant->stats().log_bytes > 4096 * kib);
    CHECK(plain.tenant->stats().checkpoints == 0);
}

TEST_CASE("a log does not outgrow its limit while writes keep coming")
{
    PlainTenant plain(3, with_log(128 * kib, 512 * kib));
    for (int n = 0; n < 100; ++n) {
        const auto first = write_much(plain, 32 * kib);
        const auto second = write_much(plain, 32 * kib);
        REQUIRE(first->succeeded());
        REQUIRE(second->succeeded());
        REQUIRE(plain.tenant->stats().log_bytes < 768 * kib);
    }
    CHECK(log_file(plain) < 768 * kib);
    CHECK(plain.tenant->stats().checkpoints > 1);
}

TEST_CASE("a reading that does not end keeps the log, which is counted, and bounded at last")
{
    PlainTenant plain(3, with_log(64 * kib, 128 * kib, 512 * kib));
    auto reader = must(sqlite::Connection::open(plain.database(), sqlite::OpenMode::read_only));
    must(reader.execute("BEGIN"));
    must(reader.query_integer("SELECT count(*) FROM entry"));
    FatePtr refused;
    for (int n = 0; n < 1000 && !refused; ++n) {
        auto written = write_much(plain, 16 * kib);
        REQUIRE(written->answered.wait());
        if (written->error) refused = written;
    }
    REQUIRE(refused);
    REQUIRE(refused->failed(errc::overloaded));
    CHECK(refused->runs == 0);
    CHECK(refused->error->tenant() == "plain");
    CHECK(plain.tenant->stats().checkpoints_blocked > 1);
    CHECK(log_file(plain) < 768 * kib);
    CHECK(plain.write(1)->failed(errc::overloaded));
    // Reads go on, and when the reader has ended writes do as well.
    CHECK(plain
              .read([](sqlite::Connection& connection) -> Result<void> {
                  return connection.execute("SELECT count(*) FROM entry");
              })
              ->succeeded());
    must(reader.execute("COMMIT"));
    CHECK(plain.write(2)->succeeded());
    CHECK(plain.tenant->stats().log_bytes < 64 * kib);
}

TEST_CASE("an idle tenant's old log is written back and cut")
{
    auto options = with_log(1 << 30, 1 << 30);
    options.checkpoints.age = std::chrono::milliseconds(0);
    PlainTenant plain(1, options);
    plain.close();
    plain.tenant = must(plain.open(options));
    REQUIRE(write_much(plain, 64 * kib)->succeeded());
    plain.tenant->upkeep();
    CHECK(until([&] { return plain.tenant->stats().checkpoints == 1; }));
    CHECK(plain.tenant->stats().log_bytes == 0);
    CHECK(log_file(plain) == 0);
    plain.tenant->upkeep();
    REQUIRE(plain.read([](sqlite::Connection&) -> Result<void> { return {}; })->succeeded());
    CHECK(plain.tenant->stats().checkpoints == 1); // there was nothing to do
}

TEST_CASE("a checkpoint that fails harms no write")
{
    test::FaultyVfs vfs;
    PlainTenant plain(2, with_log(64 * kib, 1 << 30));
    REQUIRE(plain.write(0)->succeeded()); // the log's first page is synced
    vfs.fail(test::FaultyVfs::Op::sync, 1, SQLITE_IOERR_FSYNC, true);
    REQUIRE(write_much(plain, 128 * kib)->succeeded());
    CHECK(until([&] { return plain.tenant->stats().checkpoints_failed > 0; }));
    vfs.heal();
    REQUIRE(write_much(plain, 128 * kib)->succeeded());
    CHECK(until([&] { return plain.tenant->stats().checkpoints > 0; }));
    REQUIRE(plain.write(1)->succeeded());
}

TEST_CASE("where another keeps the log it is left alone, also at the end")
{
    auto options = with_log(kib, kib, kib);
    options.checkpoints.automatic = false;
    options.checkpoints.refuse_at = 0;
    PlainTenant plain(2, options);
    REQUIRE(write_much(plain, 64 * kib)->succeeded());
    REQUIRE(plain.write(1)->succeeded());
    const auto before = log_file(plain);
    CHECK(before >= 64 * kib);
    plain.close();
    CHECK(log_file(plain) == before);
}

TEST_CASE("a tenant is closed at any moment of a checkpoint")
{
    PlainTenant plain(3, with_log(16 * kib, 64 * kib));
    const auto options = with_log(16 * kib, 64 * kib);
    for (int round = 0; round < 50; ++round) {
        for (int n = 0; n < 3; ++n) (void)write_much(plain, 24 * kib);
        plain.tenant->upkeep();
        test::spin(static_cast<std::size_t>(round * 3000));
        plain.close();
        plain.tenant = must(plain.open(options));
    }
    CHECK(plain.write(1)->succeeded());
}
