// Remembers the result of a check until what was checked may have changed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>

namespace tenantry::detail {

/// The time of a change as the system gives it; 0 for what is no time, or more than nanoseconds count.
[[nodiscard]] inline std::chrono::nanoseconds change_time(const timespec& time) noexcept
{
    constexpr std::int64_t beyond = 9'000'000'000; // the year 2255
    const auto seconds = static_cast<std::int64_t>(time.tv_sec);
    if (seconds <= 0 || seconds >= beyond) return std::chrono::nanoseconds(0);
    return std::chrono::seconds(seconds) + std::chrono::nanoseconds(time.tv_nsec);
}

/// Remembers that something was in order, by the time of its last change: as long as that is the same, nothing has
/// happened. Without a clock of its own: all times are given, and are of the one clock that changes get their times of,
/// since its epoch.
///
/// A check goes in this order: read the clock, read the time of the last change, check, remember.
///
/// Thread-safe and lock-free. A thread that finds a change here (acquire) comes after the check that found it in order
/// (release), and it has been so since, for as long as that is the last change. The two times are not read at once,
/// which does no harm: each of them is of a check that was over.
class LastChange {
public:
    using Time = std::chrono::nanoseconds;

    /// Whether whatever happens from `now` on gets another time than `changed`. Such clocks go in ticks (of up to
    /// 10 ms), so what happens in the same tick leaves no trace; and some file systems keep whole seconds, or every second
    /// one. What is to come, since the clock was set back, is never settled.
    [[nodiscard]] static constexpr bool is_settled(Time changed, Time now) noexcept
    {
        using namespace std::chrono_literals;
        if (changed <= 0ns) return false;
        const Time ticks = changed % 1s == 0ns ? Time(2s) : Time(50ms);
        return now - changed > ticks;
    }

    /// At `checked` the last change was this one, and was settled; after that it was found to be in order.
    void remember(Time changed, Time checked) noexcept
    {
        checked_.store(checked.count(), std::memory_order_release);
        changed_.store(changed.count(), std::memory_order_release);
    }

    /// Whether the change is the remembered one.
    [[nodiscard]] bool knows(Time changed) const noexcept
    {
        return changed > Time(0) && changed_.load(std::memory_order_acquire) == changed.count();
    }

    /// Whether it is in order still, by all that is known. For a second only: there is more that can happen than changes
    /// tell of. A clock that was set back ends it, too, since times might come again.
    [[nodiscard]] bool holds(Time changed, Time now) const noexcept
    {
        using namespace std::chrono_literals;
        if (!knows(changed)) return false;
        const Time checked(checked_.load(std::memory_order_acquire));
        return now >= checked && now - checked < 1s;
    }

    /// Whether anything is remembered.
    [[nodiscard]] bool any() const noexcept { return changed_.load(std::memory_order_acquire) != 0; }

private:
    std::atomic<std::int64_t> changed_{0}; // 0: nothing is remembered
    std::atomic<std::int64_t> checked_{0};
};

} // namespace tenantry::detail
