// Threads that read with the one connection of a sole owner, which they wait for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/tenant/detail/schedule.hpp>
#include <tenantry/tenant/detail/tenant_database.hpp>

namespace tenantry::detail {

/// The schedule says whose turn it is. A thread that reads (`Inside` of the database) may read again inside of that: it is
/// the same connection, in the same transaction. A thread that writes is `Inside` of the schedule. Thread-safe. Refers to
/// what it is made with.
class SoleReads final : public WriterLender {
public:
    /// `mutex` is the tenant's, of the schedule. `carry_out` does what the schedule has said, without the lock. `runs_turns`:
    /// whether the calling thread is one that turns need.
    SoleReads(TenantDatabase& database, Schedule& schedule, std::mutex& mutex,
              std::function<void(Schedule::Actions&)> carry_out, std::function<bool()> runs_turns)
        : database_(database),
          schedule_(schedule),
          mutex_(mutex),
          carry_out_(std::move(carry_out)),
          runs_turns_(std::move(runs_turns))
    {}

    /// The connection, as soon as it can be had; none when the time has passed.
    [[nodiscard]] Result<ReadLease> acquire(std::chrono::milliseconds patience);

    /// Under the tenant's lock: threads that wait are to look again.
    void wake() noexcept { changed_.notify_all(); }

    void writer_came_back() noexcept override;

private:
    using Clock = Schedule::Clock;

    // False: the time has passed.
    [[nodiscard]] bool wait(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds patience);

    // What the schedule says when the connection is free.
    template <class Event>
    void decide(Event&& event)
    {
        Schedule::Actions actions;
        {
            const std::lock_guard lock(mutex_);
            event(actions);
            if (actions.wake_threads) wake();
        }
        carry_out_(actions);
    }

    TenantDatabase& database_;
    Schedule& schedule_;
    std::mutex& mutex_;
    const std::function<void(Schedule::Actions&)> carry_out_;
    const std::function<bool()> runs_turns_;
    std::condition_variable changed_;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/sole_reads.ipp>
#endif
