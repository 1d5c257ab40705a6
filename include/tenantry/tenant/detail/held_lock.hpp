// How long another process has held a lock, as far as it was seen by trying now and then.
#pragma once

#include <chrono>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

/// Counts only time in which the lock was held: from one try that found it held to the next one that did. Between two tries
/// it may have been free, and the longer the time between them the likelier that is, so no such time counts for more than an
/// eighth of what a waiter may wait: a thread that comes late for its next try, since the pool was busy, finds nobody's
/// patience at an end. Knows no clock: it is told the time. Not thread-safe.
class HeldLock {
public:
    using Clock = std::chrono::steady_clock;

    /// It was found held at `now`, by somebody who waits for `patience` at most.
    void found(Clock::time_point now, std::chrono::milliseconds patience) noexcept;

    /// It could be had: what comes next is another time that it is held.
    void was_had() noexcept { seen_ = false; }

    /// How long it was held, all in all.
    [[nodiscard]] Clock::duration time() const noexcept { return time_; }

    /// Whether somebody who may wait for `patience`, and has waited for `time`, is to give up.
    [[nodiscard]] static bool is_enough(Clock::duration time, std::chrono::milliseconds patience) noexcept
    {
        return std::chrono::floor<std::chrono::milliseconds>(time) >= patience;
    }

private:
    bool seen_ = false; // held, the last time that somebody tried
    Clock::time_point last_{};
    Clock::duration time_{};
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/held_lock.ipp>
#endif
