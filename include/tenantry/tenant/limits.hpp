// How long one operation may wait and run.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include <tenantry/core/detail/saturating_time.hpp>

namespace tenantry {

/// Limits of an operation; `db.limited(limits)` gives a handle whose operations have them. What goes beyond them is
/// rolled back and answered with `errc::timeout`.
struct Limits {
    /// Deadlines are those of the steady clock.
    using Clock = std::chrono::steady_clock;

    /// When the operation is to be over, waiting included. A write that has been run by then is committed.
    std::optional<Clock::time_point> deadline{};

    /// How long it may run, without the time it waits. Zero: as long as it needs. Negative: it has no time left, as with a
    /// deadline that has passed.
    std::chrono::milliseconds time_limit{0};

    /// The deadline that is so far from now; none is so far that the clock could not count to it.
    template <class Rep, class Period>
    [[nodiscard]] static Limits within(std::chrono::duration<Rep, Period> time) noexcept
    {
        return Limits{.deadline = detail::later(Clock::now(), time)};
    }

    /// When it must be over if it begins to run now.
    [[nodiscard]] Clock::time_point end_of_run() const noexcept
    {
        auto end = deadline.value_or(Clock::time_point::max());
        if (time_limit.count() != 0) end = std::min(end, detail::later(Clock::now(), time_limit));
        return end;
    }

    /// It has run for so long, and what is left of it runs another time.
    void has_run(Clock::duration time) noexcept
    {
        if (time_limit.count() <= 0) return;
        time_limit -= std::chrono::round<std::chrono::milliseconds>(time);
        if (time_limit.count() <= 0) time_limit = std::chrono::milliseconds(-1);
    }

    /// Whether there is a limit.
    [[nodiscard]] bool any() const noexcept { return deadline || time_limit.count() != 0; }
    /// Whether the deadline is over at this time.
    [[nodiscard]] bool passed(Clock::time_point now) const noexcept
    {
        return (deadline && *deadline <= now) || time_limit.count() < 0;
    }
};

} // namespace tenantry
