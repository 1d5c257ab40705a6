// One connection for all that a tenant does, lent to whoever reads.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

#include <tenantry/async/detail/inside.hpp>
#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/connections.hpp>
#include <tenantry/tenant/detail/schedule.hpp>

namespace tenantry::detail {

/// Threads that call `read` wait here; whose turn it is says the schedule. While the connection is lent to readers it refuses
/// to write. Whoever reads may read again inside of that: it is the same connection, in the same transaction. Whoever writes
/// is `async::Inside` of the schedule.
class SoleConnection final : public Connections {
public:
    /// `mutex` is the tenant's, of the schedule. `carry_out` does what the schedule has said, without the lock. `runs_turns`:
    /// whether the calling thread is one that turns need.
    SoleConnection(sqlite::Connection& connection, Schedule& schedule, std::mutex& mutex,
                   std::function<void(Schedule::Actions&)> carry_out, std::function<bool()> runs_turns)
        : connection_(connection),
          schedule_(schedule),
          mutex_(mutex),
          carry_out_(std::move(carry_out)),
          runs_turns_(std::move(runs_turns))
    {}

    [[nodiscard]] LentConnection writers() override { return lend(Disown::Lent::to_turn); }
    [[nodiscard]] Result<LentConnection> try_acquire() override { return writers(); }

    [[nodiscard]] Result<LentConnection> acquire(std::chrono::milliseconds patience) override;
    void release(LentConnection connection) override;

    [[nodiscard]] bool available() override { return false; } // the schedule begins turns when it is

    void count(TenantStats& stats) override
    {
        stats.readers = 1;
        stats.reads = lent_.load(std::memory_order_relaxed);
        const std::lock_guard lock(mutex_);
        stats.readers_in_use = schedule_.is_lent() ? 1 : 0;
    }

    void close() override {}

    void wake_threads() noexcept override { changed_.notify_all(); }

private:
    using Clock = Schedule::Clock;

    // False: the time has passed.
    [[nodiscard]] bool wait(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds patience);

    [[nodiscard]] LentConnection lend(Disown::Lent how) noexcept
    {
        if (how != Disown::Lent::again) connection_.read_only(true);
        lent_.fetch_add(1, std::memory_order_relaxed);
        return LentConnection(&connection_, Disown{how});
    }

    // What the schedule says when the connection is free.
    template <class Event>
    void decide(Event&& event)
    {
        Schedule::Actions actions;
        {
            const std::lock_guard lock(mutex_);
            event(actions);
            if (actions.wake_threads) wake_threads();
        }
        carry_out_(actions);
    }

    sqlite::Connection& connection_;
    Schedule& schedule_;
    std::mutex& mutex_;
    const std::function<void(Schedule::Actions&)> carry_out_;
    const std::function<bool()> runs_turns_;
    std::condition_variable changed_;
    std::atomic<std::uint64_t> lent_{0}; // to readers, ever
};

inline Result<LentConnection> SoleConnection::acquire(std::chrono::milliseconds patience)
{
    if (async::Inside::of(static_cast<const Connections*>(this))) return lend(Disown::Lent::again);
    if (async::Inside::of(&schedule_))
        return fail(errc::wrong_thread, "a read on the thread that is writing to the same tenant");
    {
        std::unique_lock lock(mutex_);
        if (schedule_.begin_thread_read() || wait(lock, patience)) return lend(Disown::Lent::to_thread);
    }
    decide([&](Schedule::Actions& actions) { schedule_.thread_gives_up(Clock::now(), actions); });
    return LentConnection();
}

inline void SoleConnection::release(LentConnection connection)
{
    const auto lent = connection.get_deleter().lent;
    connection.reset();
    if (lent == Disown::Lent::again) return;
    connection_.read_only(false);
    if (lent == Disown::Lent::to_thread)
        decide([&](Schedule::Actions& actions) { schedule_.end_thread_read(Clock::now(), actions); });
}

inline bool SoleConnection::wait(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds patience)
{
    const auto until = later(Clock::now(), patience);
    const bool runs_turns = runs_turns_();
    for (;;) {
        const auto now = Clock::now();
        if (schedule_.retry_thread_read(runs_turns, now)) return true;
        if (now >= until) return false;
        wait_until(changed_, lock, schedule_.thread_looks_at(runs_turns, until));
    }
}

} // namespace tenantry::detail
