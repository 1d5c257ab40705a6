// Where a fleet asks what time it is: the steady clock, or one that a test moves.
#pragma once

#include <chrono>
#include <concepts>

namespace tenantry {

/// A clock that deadlines, and times that are waited for, are reckoned by. It refers to what it was made of, which outlives
/// it and may be asked from any thread. Its times are those of `std::chrono::steady_clock`, and never go back.
class TimeSource {
public:
    /// Times are those of the steady clock.
    using TimePoint = std::chrono::steady_clock::time_point;

    /// The steady clock itself.
    constexpr TimeSource() noexcept = default;

    /// Asks `clock.now()`, so that a test decides how late it is.
    template <class Clock>
        requires requires(const Clock& clock) {
            { clock.now() } noexcept -> std::same_as<TimePoint>;
        }
    constexpr explicit TimeSource(const Clock& clock) noexcept : now_(&ask<Clock>), clock_(&clock)
    {}

    template <class Clock>
    TimeSource(const Clock&& clock) = delete; // it would be gone

    /// The time.
    [[nodiscard]] TimePoint now() const noexcept { return now_(clock_); }

    /// Whether it is the steady clock itself, so that a time just asked of that need not be asked again.
    [[nodiscard]] bool is_steady() const noexcept { return now_ == &ask_steady; }

private:
    [[nodiscard]] static TimePoint ask_steady(const void*) noexcept
    {
        return std::chrono::steady_clock::now();
    }
    template <class Clock>
    [[nodiscard]] static TimePoint ask(const void* clock) noexcept
    {
        return static_cast<const Clock*>(clock)->now();
    }

    TimePoint (*now_)(const void*) noexcept = &ask_steady;
    const void* clock_ = nullptr;
};

} // namespace tenantry
