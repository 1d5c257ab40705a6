// A tenant of a hand-written schema, and operations that say what became of them: the core without a user's types.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/thread_pool.hpp>

#include <tenantry/tenant/detail/tenant.hpp>

#include "support/door.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace tenantry::test {

/// One table, `entry(n INTEGER NOT NULL) STRICT`.
inline const SchemaInfo& entry_schema()
{
    static constexpr std::array columns{ColumnInfo{"n", "INTEGER", true}};
    static constexpr std::array objects{SchemaObject{
        "table", "entry", "entry", "CREATE TABLE \"entry\" (\"n\" INTEGER NOT NULL) STRICT", columns}};
    static constexpr SchemaInfo info{objects, 4711};
    return info;
}

/// What became of one operation.
struct Fate {
    Door answered;
    std::atomic<int> claims{0};
    std::atomic<int> runs{0};
    std::atomic<int> answers{0};
    std::atomic<bool> destroyed{false};
    std::atomic<bool> cancel{false};
    std::optional<Error> error; // after the answer

    /// True: the operation was answered, and with success.
    [[nodiscard]] bool succeeded() { return answered.wait() && !error; }
    /// True: the operation was answered with this.
    [[nodiscard]] bool failed(errc code) { return answered.wait() && error && *error == code; }
};

using FatePtr = std::shared_ptr<Fate>;

/// An operation made of a function.
class PlainOperation final : public detail::Operation {
public:
    using Work = std::function<Result<void>(sqlite::Connection&)>;

    PlainOperation(FatePtr fate, Work work, detail::OperationKind kind = detail::OperationKind::body,
                   bool caller_is_there = true)
        : fate_(std::move(fate)), work_(std::move(work)), kind_(kind), caller_is_there_(caller_is_there)
    {}
    ~PlainOperation() override
    {
        fate_->destroyed = true;
        if (fate_->answers == 0) fate_->answered.open();
    }

    detail::OperationKind kind() const noexcept override { return kind_; }
    bool claim() noexcept override
    {
        ++fate_->claims;
        return caller_is_there_;
    }
    bool cancelled() const noexcept override { return fate_->cancel; }
    const std::atomic<bool>* cancel_flag() const noexcept override { return &fate_->cancel; }

    bool run(sqlite::Connection& connection) noexcept override
    {
        ++fate_->runs;
        result_ = detail::guarded<void>(work_, connection);
        return result_.has_value();
    }

    bool succeeded() const noexcept override { return result_.has_value(); }
    const Error* error() const noexcept override { return result_ ? nullptr : &result_.error(); }
    void fail_with(Error error) noexcept override { result_ = fail(std::move(error)); }
    void complete(std::string_view tenant) noexcept override
    {
        if (!result_) result_.error().with_tenant(tenant);
        answer(result_ ? std::nullopt : std::optional<Error>(result_.error()));
    }
    void refuse(Error error) noexcept override { answer(std::move(error)); }

private:
    void answer(std::optional<Error> error)
    {
        fate_->error = std::move(error);
        ++fate_->answers;
        fate_->answered.open();
    }

    FatePtr fate_;
    Work work_;
    detail::OperationKind kind_;
    bool caller_is_there_;
    Result<void> result_;
};

inline Result<void> insert_entry(sqlite::Connection& connection, std::int64_t n)
{
    return connection.execute(("INSERT INTO entry VALUES (" + std::to_string(n) + ")").c_str());
}

/// A tenant on disk, opened on a pool.
class PlainTenant {
public:
    explicit PlainTenant(std::size_t threads = 2, const TenantOptions& options = {}) : pool(threads)
    {
        std::filesystem::create_directory(directory.path() / "staging");
        must(detail::create_directory(directory.path() / "staging", place(), entry_schema(), options));
        tenant = must(open(options));
    }

    /// Ends what is still there, as a fleet does.
    ~PlainTenant()
    {
        if (tenant) close();
        pool.join();
    }

    [[nodiscard]] std::filesystem::path place() const { return directory.path() / "tenant"; }
    [[nodiscard]] std::filesystem::path database() const { return place() / "main.db"; }

    [[nodiscard]] Result<std::shared_ptr<detail::Tenant>> open(const TenantOptions& options)
    {
        return detail::Tenant::open(*TenantId::parse("plain"), place(), entry_schema(), options,
                                    pool.get_executor(), timers);
    }

    FatePtr write(PlainOperation::Work work, detail::OperationKind kind = detail::OperationKind::body,
                  bool caller_is_there = true, const Limits& limits = {})
    {
        auto fate = std::make_shared<Fate>();
        auto operation = std::make_unique<PlainOperation>(fate, std::move(work), kind, caller_is_there);
        operation->limits = limits;
        tenant->submit_write(std::move(operation));
        return fate;
    }
    FatePtr write(std::int64_t n)
    {
        return write([n](sqlite::Connection& connection) { return insert_entry(connection, n); },
                     detail::OperationKind::statement);
    }
    FatePtr read(PlainOperation::Work work, const Limits& limits = {},
                 detail::OperationKind kind = detail::OperationKind::body)
    {
        auto fate = std::make_shared<Fate>();
        auto operation = std::make_unique<PlainOperation>(fate, std::move(work), kind);
        operation->limits = limits;
        tenant->submit_read(std::move(operation));
        return fate;
    }

    /// The entries in the order they were written, as a new connection sees them: `"1 2 3"`.
    [[nodiscard]] std::string entries()
    {
        auto reader = must(sqlite::Connection::open(database(), sqlite::OpenMode::read_only));
        auto statement = must(reader.prepare("SELECT coalesce(group_concat(n, ' '), '') FROM "
                                             "(SELECT n FROM entry ORDER BY rowid)"));
        must(statement.step());
        return std::string(statement.text(0));
    }

    void close()
    {
        tenant->shut(errc::tenant_gone, "closed by the test", [] {});
        tenant->refuse_waiting(Error(errc::tenant_gone));
        tenant->wait_idle();
        must(tenant->close());
        tenant.reset();
    }

    TempDir directory;
    boost::asio::thread_pool pool;
    detail::TimerThread timers;
    std::shared_ptr<detail::Tenant> tenant;
};

/// Another connection's write lock, as another process would hold it.
class ForeignLock {
public:
    explicit ForeignLock(const std::filesystem::path& database)
        : connection_(must(sqlite::Connection::open(database, sqlite::OpenMode::read_write)))
    {
        must(connection_.execute("BEGIN IMMEDIATE"));
    }
    void release() { must(connection_.execute("ROLLBACK")); }

private:
    sqlite::Connection connection_;
};

} // namespace tenantry::test
