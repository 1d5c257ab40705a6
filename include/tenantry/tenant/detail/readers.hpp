// One tenant's read-only connections: opened on demand, capped, used by one thread at a time.
#pragma once

#include <algorithm>
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
#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/observation.hpp>
#include <tenantry/tenant/stats.hpp>

namespace tenantry::detail {

/// How many readers the tenants of a fleet may have beyond the first of each. Thread-safe.
class ReaderBudget {
public:
    explicit ReaderBudget(std::size_t limit) noexcept : left_(static_cast<std::ptrdiff_t>(limit)) {}

    [[nodiscard]] bool take() noexcept
    {
        if (left_.fetch_sub(1, std::memory_order_relaxed) > 0) return true;
        give_back();
        return false;
    }
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
    [[nodiscard]] Result<Connection> try_acquire()
    {
        std::unique_lock lock(mutex_);
        return take(lock);
    }

    /// The same, waiting for one that comes back; nullptr when the time has passed.
    [[nodiscard]] Result<Connection> acquire(std::chrono::milliseconds patience)
    {
        const auto until = later(std::chrono::steady_clock::now(), patience);
        std::unique_lock lock(mutex_);
        for (;;) {
            auto taken = take(lock);
            if (!taken || *taken) return taken;
            if (wait_until(released_, lock, until) == std::cv_status::timeout) return take(lock);
        }
    }

    void release(Connection connection)
    {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(connection));
        released_.notify_one();
    }

    /// Whether `try_acquire` would have one, as far as can be told from outside.
    [[nodiscard]] bool available()
    {
        const std::lock_guard lock(mutex_);
        return !idle_.empty() || open_ == 0 || (open_ < limit_ && (!budget_ || budget_->any()));
    }

    /// How many there are, and their memory.
    void count(TenantStats& stats)
    {
        const std::lock_guard lock(mutex_);
        stats.readers = open_;
        stats.readers_in_use = open_ - idle_.size();
        // Nobody uses those that are here.
        for (const auto& reader : idle_) stats.memory += reader->memory_use();
    }

    /// Closes what is not lent; it can be opened again.
    void close()
    {
        for (;;) {
            Connection closing;
            const std::lock_guard lock(mutex_);
            if (idle_.empty()) return;
            closing = std::move(idle_.back());
            idle_.pop_back(); // and keeps its room
            --open_;
            give_back_budget();
        }
    }

private:
    Result<Connection> take(std::unique_lock<std::mutex>& lock)
    {
        if (!idle_.empty()) {
            // The one used last: its page cache is the warmest.
            Connection connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
        if (open_ >= limit_) return Connection();
        // The first one is every tenant's own: who waits for a reader waits for one of the same tenant's.
        if (open_ > 0 && budget_) {
            if (!budget_->take()) return Connection();
            ++from_budget_;
        }
        ++open_;
        auto ready = tenantry::detail::caught("opening a reader", [&]() -> Result<void> {
            if (idle_.capacity() < open_) idle_.reserve(2 * open_); // so that it can come back
            return {};
        });
        lock.unlock();
        auto opened = ready ? tenantry::detail::caught("opening a reader", [&] { return open(); })
                            : fail(std::move(ready).error());
        lock.lock();
        if (opened) return opened;
        --open_;
        give_back_budget();
        released_.notify_one(); // somebody who waits may try in its place
        return fail(std::move(opened).error());
    }

    void give_back_budget() noexcept
    {
        for (; from_budget_ > 0 && from_budget_ >= open_; --from_budget_) budget_->give_back();
    }

    // A connection that is being closed, anywhere, holds the lock for a moment that every other one needs when it is opened:
    // it looks whether it is the last one.
    [[nodiscard]] static sqlite::Profile patient(sqlite::Profile profile)
    {
        constexpr std::chrono::milliseconds a_moment{500};
        profile.busy_timeout = std::max(profile.busy_timeout, a_moment);
        return profile;
    }

    [[nodiscard]] Result<Connection> open() const
    {
        // Another tenant's database may lie there now: its rows are not to be read under this one's name. And another file
        // is not to be opened beside the one that is open: see OpenName.
        const auto replaced = [&] { return file_identity(database_) != file_; };
        const auto gone = [&] {
            return fail(errc::tenant_gone, "'" + database_.string() + "' was removed or replaced");
        };
        if (replaced()) return gone();
        auto opened = sqlite::Connection::open(database_, sqlite::OpenMode::read_only, profile_);
        if (!opened) return fail(std::move(opened).error());
        const auto moved = opened->file_moved();
        if (!moved || *moved || replaced()) return gone();
        opened->set_incarnation(incarnation_);
        observation_.begin(*opened, tenant_);
        return Connection(new sqlite::Connection(std::move(*opened)));
    }

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
