// One connection for all that a tenant does: who has it, and who is next.
//
// Two kinds of users: turns, which run on the tenant's strand and must not keep a thread of the pool waiting, and
// threads that call `read` and wait. A turn that finds the connection in use goes away, and is begun again when it can
// be had. Nobody overtakes for ever: those who waited when a turn ended go before the next one, and then the
// turns that were sent away.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/connections.hpp>

namespace tenantry::detail {

/// While it is lent to readers, the connection refuses to write. Whoever reads may read again inside of that: it is the
/// same connection, in the same transaction.
class SoleConnection final : public Connections {
public:
    /// Turns of the strand.
    struct Turns {
        bool write = false;
        bool read = false;
        [[nodiscard]] bool any() const noexcept { return write || read; }
    };

    /// `begin` begins the turns that were sent away before: called without a lock, by whoever has just let go of the
    /// connection. A turn of reading that is not begun after all is told by `nothing_to_read`.
    /// `runs_turns`: whether the calling thread is one that turns need.
    SoleConnection(sqlite::Connection& connection, std::function<void(Turns)> begin,
                   std::function<bool()> runs_turns)
        : connection_(connection), begin_(std::move(begin)), runs_turns_(std::move(runs_turns))
    {}

    [[nodiscard]] Result<LentConnection> try_acquire() override
    {
        const std::lock_guard lock(mutex_);
        if (!take_turn(&Turns::read)) return LentConnection();
        return lend();
    }

    [[nodiscard]] Result<LentConnection> acquire(std::chrono::milliseconds patience) override
    {
        Turns due;
        {
            std::unique_lock lock(mutex_);
            if (is_mine()) {
                if (readings_ != 0) return lend();
                return fail(errc::wrong_thread, "a read on the thread that is writing to the same tenant");
            }
            if (can_read(false) || wait_to_read(lock, patience)) {
                take();
                return lend();
            }
            due = hand_on();
        }
        if (due.any()) begin_(due);
        return LentConnection();
    }

    void release(LentConnection connection) override
    {
        connection.reset();
        Turns due;
        {
            const std::lock_guard lock(mutex_);
            if (--readings_ != 0) return;
            connection_.read_only(false);
            due = let_go();
        }
        if (due.any()) begin_(due);
    }

    [[nodiscard]] bool available() override
    {
        const std::lock_guard lock(mutex_);
        return can_take_turn(&Turns::read);
    }

    void count(TenantStats& stats) override
    {
        const std::lock_guard lock(mutex_);
        stats.readers = 1;
        stats.readers_in_use = readings_ != 0 ? 1 : 0;
        stats.reads = lent_;
    }

    void close() override {}

    [[nodiscard]] bool begin_writing() override
    {
        const std::lock_guard lock(mutex_);
        return take_turn(&Turns::write);
    }

    void end_writing() override
    {
        Turns due;
        {
            const std::lock_guard lock(mutex_);
            due = let_go();
        }
        if (due.any()) begin_(due);
    }

    void nothing_to_read() override { not_taken(&Turns::read); }
    void nothing_to_write() override { not_taken(&Turns::write); }

private:
    using Clock = std::chrono::steady_clock;

    void not_taken(bool Turns::* turn)
    {
        Turns due;
        {
            const std::lock_guard lock(mutex_);
            if (!std::exchange(owed_.*turn, false) || taken_) return;
            due = hand_on();
        }
        if (due.any()) begin_(due);
    }

    // Under the lock, all of them.

    [[nodiscard]] bool is_mine() const noexcept { return taken_ && holder_ == std::this_thread::get_id(); }

    void take() noexcept
    {
        taken_ = true;
        holder_ = std::this_thread::get_id();
    }

    [[nodiscard]] LentConnection lend() noexcept
    {
        if (readings_++ == 0) connection_.read_only(true);
        ++lent_;
        return LentConnection(&connection_, Disown{.is_lenders = true});
    }

    [[nodiscard]] bool can_take_turn(bool Turns::* turn) const noexcept
    {
        return !taken_ && (owed_.*turn || first_ == 0);
    }

    [[nodiscard]] bool take_turn(bool Turns::* turn)
    {
        const bool can = can_take_turn(turn);
        owed_.*turn = false;
        sent_away_.*turn = !can;
        if (!can) return false;
        take();
        is_turn_ = true;
        return true;
    }

    // A thread of the pool lets a turn go first for a moment only: all of them may be here, and then it never comes.
    [[nodiscard]] bool can_read(bool runs_turns) const noexcept
    {
        return !taken_ && (!owed_.any() || (runs_turns && Clock::now() >= owed_since_ + moment));
    }

    [[nodiscard]] bool wait_to_read(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds patience)
    {
        const auto until = later(Clock::now(), patience);
        const bool runs_turns = runs_turns_();
        ++waiting_;
        bool can = can_read(runs_turns);
        while (!can && Clock::now() < until) {
            const bool for_a_moment = runs_turns && !taken_ && owed_.any();
            wait_until(changed_, lock, for_a_moment ? std::min(until, owed_since_ + moment) : until);
            can = can_read(runs_turns);
        }
        --waiting_;
        first_ = std::min(can && first_ != 0 ? first_ - 1 : first_, waiting_);
        return can;
    }

    [[nodiscard]] Turns let_go()
    {
        taken_ = false;
        holder_ = std::thread::id();
        if (std::exchange(is_turn_, false) && !owed_.any()) first_ = waiting_;
        return hand_on();
    }

    // It is free: the turns that are next, if they are, and are to be begun.
    [[nodiscard]] Turns hand_on()
    {
        if (taken_) return {};
        Turns due;
        if (first_ == 0 && sent_away_.any()) {
            due = std::exchange(sent_away_, {});
            owed_.write = owed_.write || due.write;
            owed_.read = owed_.read || due.read;
            owed_since_ = Clock::now();
        }
        if (waiting_ != 0) changed_.notify_all();
        return due;
    }

    static constexpr std::chrono::milliseconds moment{1};

    sqlite::Connection& connection_;
    const std::function<void(Turns)> begin_;
    const std::function<bool()> runs_turns_;

    std::mutex mutex_; // of all that follows
    std::condition_variable changed_;
    bool taken_ = false;
    bool is_turn_ = false; // it was taken by a turn
    std::thread::id holder_;
    std::size_t readings_ = 0; // inside of each other, by the holder
    std::size_t waiting_ = 0;  // threads
    std::size_t first_ = 0;    // so many of them go before the next turn
    std::uint64_t lent_ = 0;   // to readers, ever
    Turns sent_away_;          // since it was in use
    Turns owed_;               // begun, or about to be, and it is kept for them
    Clock::time_point owed_since_;
};

} // namespace tenantry::detail
