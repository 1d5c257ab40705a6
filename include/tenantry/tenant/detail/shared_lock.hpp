// How to share a tenant's write lock with another process that wants it as well.
#pragma once

#include <chrono>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

/// SQLite's lock has no queue, and nobody is told that it is free: a process that waits for it tries now and then, and one that begins
/// the next transaction as soon as one has ended nearly always has it first. So a process that has met another's lock lately,
/// and has held it itself for a while since, leaves it alone for longer than the time between two tries of the other.
/// Where nobody else has been met this costs nothing. Knows no clock: it is told the time. Not thread-safe.
class SharedLock {
public:
    using Clock = std::chrono::steady_clock;

    /// Another process has the lock. Returned is how long to wait for the next try: a short lock is waited for in short steps.
    [[nodiscard]] Clock::duration refused(Clock::time_point now) noexcept;

    /// Another process was met lately: `had` wants to be told.
    [[nodiscard]] bool is_shared() const noexcept { return met_; }

    /// The lock was had between these two. Returned is how long to leave it alone now.
    [[nodiscard]] Clock::duration had(Clock::time_point begun, Clock::time_point ended) noexcept;

private:
    static constexpr std::chrono::microseconds first_step{250};
    static constexpr std::chrono::microseconds longest_step{2000};
    static constexpr std::chrono::milliseconds in_a_row{20};
    static constexpr std::chrono::milliseconds lately{1000};

    bool met_ = false;
    Clock::time_point met_at_{};
    Clock::duration held_{}; // since it was met, or left alone
    std::chrono::microseconds step_ = first_step;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/shared_lock.ipp>
#endif
