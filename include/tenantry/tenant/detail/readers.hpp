// One tenant's read-only connections: opened on demand, capped, used by one thread at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/observation.hpp>
#include <tenantry/tenant/stats.hpp>

namespace tenantry::detail {

/// How many readers the tenants of a fleet may have beyond the first of each. Thread-safe.
class ReaderBudget {
public:
    explicit ReaderBudget(std::size_t limit) noexcept : left_(static_cast<std::ptrdiff_t>(limit)) {}

    [[nodiscard]] bool take() noexcept;
    void give_back() noexcept { left_.fetch_add(1, std::memory_order_relaxed); }

    [[nodiscard]] bool any() const noexcept { return left_.load(std::memory_order_relaxed) > 0; }

private:
    std::atomic<std::ptrdiff_t> left_;
};

/// Reading beside the writer, which is never kept waiting. Must outlive what it has lent.
class Readers {
public:
    using Connection = std::unique_ptr<sqlite::Connection>;

    /// Of the database at this path, as long as it is still that file.
    Readers(std::filesystem::path database, const FileIdentity& file, const sqlite::Profile& profile,
            std::size_t limit, std::uint64_t incarnation, std::shared_ptr<ReaderBudget> budget = nullptr,
            Observation observation = {}, std::string tenant = {})
        : database_(std::move(database)),
          file_(file),
          profile_(patient(profile)),
          limit_(limit),
          incarnation_(incarnation),
          budget_(std::move(budget)),
          observation_(std::move(observation)),
          tenant_(std::move(tenant))
    {}
    Readers(const Readers&) = delete;
    Readers& operator=(const Readers&) = delete;
    ~Readers() { close(); }

    /// A connection if one can be had now, nullptr if all are in use; or why none can be opened. Does not wait.
    [[nodiscard]] Result<Connection> try_acquire();

    /// The same, waiting for one that comes back; nullptr when the time has passed.
    [[nodiscard]] Result<Connection> acquire(std::chrono::milliseconds patience);

    void release(Connection connection);

    /// Whether `try_acquire` would have one, as far as can be told from outside.
    [[nodiscard]] bool available();

    /// How many there are, and their memory.
    void count(TenantStats& stats);

    /// Closes what is not lent; it can be opened again.
    void close();

private:
    Result<Connection> take(std::unique_lock<std::mutex>& lock);

    void give_back_budget() noexcept;

    // A connection that is being closed, anywhere, briefly holds the lock that every other one needs when it is opened:
    // it looks whether it is the last one.
    [[nodiscard]] static sqlite::Profile patient(sqlite::Profile profile);

    [[nodiscard]] Result<Connection> open() const;

    const std::filesystem::path database_;
    const FileIdentity file_;
    const sqlite::Profile profile_;
    const std::size_t limit_;
    const std::uint64_t incarnation_;
    std::mutex mutex_;
    std::condition_variable released_;
    std::vector<Connection> idle_;
    std::size_t open_ = 0;
    const std::shared_ptr<ReaderBudget> budget_;
    std::size_t from_budget_ = 0;
    const Observation observation_;
    const std::string tenant_;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/readers.ipp>
#endif
