// How long one operation may wait and run.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include <tenantry/core/detail/saturating_time.hpp>

namespace tenantry {

/// Limits of an operation; `db.limited(limits)` gives a handle whose operations have them, and `fleet.async_with(id, limits, body)`
/// a scope. What goes beyond them is rolled back and answered with `errc::timeout`.
struct Limits {
    /// Deadlines are those of the steady clock.
    using Clock = std::chrono::steady_clock;

    /// When the operation is to be over, waiting included. A write that has been run by then is committed.
    std::optional<Clock::time_point> deadline{};

    /// The same as a time, which begins when the limits are given to a handle or to an operation of a fleet. Where there is a
    /// deadline as well, the sooner of both counts.
    std::optional<std::chrono::milliseconds> within{};

    /// How long it may run, without the time it waits. Zero: as long as it needs. Negative: it has no time left, as with a
    /// deadline that has passed.
    std::chrono::milliseconds time_limit{0};

    /// The limits of what begins now: a deadline says what `within` has said.
    [[nodiscard]] Limits beginning(Clock::time_point now) const noexcept
    {
        Limits begun{.deadline = deadline, .time_limit = time_limit};
        if (within) begun.deadline = std::min(begun.last_moment(), detail::later(now, *within));
        return begun;
    }

    /// These limits and others, both of which have begun: of each the one that leaves less time.
    [[nodiscard]] Limits and_also(const Limits& others) const noexcept
    {
        Limits both = *this;
        if (others.deadline) both.deadline = std::min(last_moment(), *others.deadline);
        if (time_limit.count() == 0 || (others.time_limit.count() != 0 && others.time_limit < time_limit))
            both.time_limit = others.time_limit;
        return both;
    }

    /// The deadline; where there is none, the clock never comes to it.
    [[nodiscard]] Clock::time_point last_moment() const noexcept
    {
        return deadline.value_or(Clock::time_point::max());
    }

    /// When it must be over if it begins to run now.
    [[nodiscard]] Clock::time_point end_of_run() const noexcept
    {
        auto end = last_moment();
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

/// `Limits` with nothing but a time, waiting included, that begins when they are given to a handle or to an operation:
/// `fleet.async_with("acme", within(2s), body)`. However long it is, it is waited for.
template <class Rep, class Period>
[[nodiscard]] constexpr Limits within(std::chrono::duration<Rep, Period> time) noexcept
{
    return Limits{.within = detail::saturated<std::chrono::milliseconds>(time)};
}

} // namespace tenantry
