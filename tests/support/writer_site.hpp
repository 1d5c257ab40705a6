// A tenant's database with its writer and its checkpoints, without a tenant: for tests that go step by step in one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <tenantry/tenant/detail/batch_writer.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/plain_tenant.hpp"
#include "support/temp_dir.hpp"

namespace tenantry::test {

/// Hears what nobody else would, of the tenant "site".
class BackgroundErrors final : public Observer {
public:
    void background_error(BackgroundTask task, const Error& error) override
    {
        CHECK(error.tenant() == "site");
        heard.emplace_back(task, error.code());
    }

    std::vector<std::pair<BackgroundTask, std::error_code>> heard;
};

/// One table, `entry(b BLOB)`. Its log is written back from 32 KiB on; from 128 on nobody may go on meanwhile, and from 512
/// on nothing is written.
struct WriterSite {
    static constexpr std::uint64_t kib = 1024;
    using Clock = detail::Operation::Clock;

    explicit WriterSite(bool exclusive = false) : WriterSite(usual(exclusive)) {}
    explicit WriterSite(const TenantOptions& opened_with) : options(opened_with) {}

    /// About this many bytes of log, in one batch.
    void write(std::uint64_t bytes)
    {
        auto fate = std::make_shared<Fate>();
        auto job = std::make_unique<PlainOperation>(
            fate,
            [bytes](sqlite::Connection& connection) {
                return connection.execute("INSERT INTO entry VALUES (zeroblob(" + std::to_string(bytes) +
                                          "))");
            },
            detail::OperationKind::statement);
        (void)writer.run(std::move(job), []() -> std::unique_ptr<detail::Operation> { return nullptr; });
        (void)writer.answer_ended();
        REQUIRE(fate->succeeded());
        log.note(writer.now());
    }

    /// Somebody who needs what is in the log now, until he commits.
    [[nodiscard]] sqlite::Connection reader() const
    {
        auto reader = must(sqlite::Connection::open(path, sqlite::OpenMode::read_only));
        must(reader.execute("BEGIN"));
        must(reader.query_integer("SELECT count(*) FROM entry"));
        return reader;
    }

    /// Another process puts another database in its place.
    void replace() const
    {
        for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + part);
        (void)made(path);
    }

    const TempDir directory{};
    const std::filesystem::path path = directory.path() / "main.db";
    const TenantOptions options;
    detail::TenantCounters counters{};
    const std::shared_ptr<BackgroundErrors> background = std::make_shared<BackgroundErrors>();
    const detail::Observation observation = detail::Observation::by(background);
    detail::TenantDatabase database{
        *TenantId::parse("site"),
        path,
        made(path),
        must(sqlite::Connection::open(path, sqlite::OpenMode::read_write, options.profile)),
        options,
        observation,
        counters};
    detail::TenantFile& file = database.file();
    detail::Checkpointer log{database, options, observation, counters};
    detail::BatchWriter writer{database, log, options, {}, counters};

    [[nodiscard]] static TenantOptions usual(bool exclusive = false)
    {
        TenantOptions options;
        options.checkpoints.size = 32 * kib;
        options.checkpoints.limit = 128 * kib;
        options.checkpoints.refuse_at = 512 * kib;
        options.checkpoints.interval = std::chrono::milliseconds(0);
        options.checkpoints.age = std::chrono::hours(1);
        options.profile.exclusive = exclusive;
        return options;
    }

private:
    static detail::FileIdentity made(const std::filesystem::path& path)
    {
        auto creator = must(sqlite::Connection::open(path, sqlite::OpenMode::create));
        must(creator.execute("CREATE TABLE entry(b BLOB)"));
        return *detail::file_identity(path);
    }
};

} // namespace tenantry::test
