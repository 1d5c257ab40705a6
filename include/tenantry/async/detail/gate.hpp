// Counts the operations that are running, can be shut to new ones, and knows when the last one has ended.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <tenantry/async/detail/fork.hpp>

namespace tenantry::detail {

/// Operations enter and leave; once shut, nobody enters. Entering and leaving an open gate is one atomic
/// exchange each. In a process that was forked from its own nobody enters, and nobody waits. Thread-safe.
class Gate {
public:
    /// False: the gate is shut, and the caller is not inside.
    [[nodiscard]] bool enter() noexcept
    {
        auto state = state_.load(std::memory_order_relaxed);
        do {
            if ((state & shut_bit) != 0 || is_forked()) return false;
        } while (!state_.compare_exchange_weak(state, state + one, std::memory_order_acq_rel));
        return true;
    }

    /// True: the gate is shut and this was the last one inside. Said once, by this or by `shut`.
    [[nodiscard]] bool leave() noexcept
    {
        if (state_.fetch_sub(one, std::memory_order_acq_rel) != (one | shut_bit)) return false;
        if (is_forked()) return false;
        emptied();
        return true;
    }

    /// Lets nobody in any more. True: the gate was open until now, and nobody is inside.
    [[nodiscard]] bool shut() noexcept
    {
        if (state_.fetch_or(shut_bit, std::memory_order_acq_rel) != 0 || is_forked()) return false;
        emptied();
        return true;
    }

    [[nodiscard]] bool is_shut() const noexcept
    {
        return (state_.load(std::memory_order_acquire) & shut_bit) != 0 || is_forked();
    }

    /// The gate was made in another process, which this one was forked from.
    [[nodiscard]] bool is_forked() const noexcept { return origin_.is_forked(); }

    /// Blocks until the gate is shut and everybody has left.
    void wait_empty()
    {
        if (is_forked()) return; // the others are not here, and one of them may have had the lock
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return empty_; });
    }

private:
    void emptied() noexcept
    {
        const std::lock_guard lock(mutex_);
        empty_ = true;
        changed_.notify_all();
    }

    static constexpr std::uint64_t shut_bit = 1;
    static constexpr std::uint64_t one = 2;

    const ProcessOrigin origin_;
    std::atomic<std::uint64_t> state_{0};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool empty_ = false;
};

/// Inside a gate for the time of a block; false where it was shut. Without a gate it always is inside. For gates whose last
/// one out is waited for with `wait_empty`.
class GatePass {
public:
    explicit GatePass(Gate* gate) noexcept : gate_(gate), inside_(gate == nullptr || gate->enter()) {}
    GatePass(const GatePass&) = delete;
    GatePass& operator=(const GatePass&) = delete;
    ~GatePass()
    {
        if (gate_ != nullptr && inside_) (void)gate_->leave();
    }

    [[nodiscard]] explicit operator bool() const noexcept { return inside_; }

private:
    Gate* gate_;
    bool inside_;
};

} // namespace tenantry::detail
