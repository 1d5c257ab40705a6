// How long one operation may wait and run.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace tenantry {

/// Limits of an operation; `db.limited(limits)` gives a handle whose operations have them. What goes beyond them is
/// taken back and answered with `errc::timeout`.
struct Limits {
    using Clock = std::chrono::steady_clock;

    /// When the operation is to be over, waiting included. A write that has been run by then is committed.
    std::optional<Clock::time_point> deadline{};

    /// How long it may run, without the time it waits. Zero: as long as it needs.
    std::chrono::milliseconds time_limit{0};

    /// The deadline that is so far from now.
    [[nodiscard]] static Limits within(std::chrono::milliseconds time) noexcept
    {
        return Limits{.deadline = Clock::now() + time};
    }

    /// When it must be over if it begins to run now.
    [[nodiscard]] Clock::time_point end_of_run() const noexcept
    {
        auto end = deadline.value_or(Clock::time_point::max());
        if (time_limit.count() > 0) end = std::min(end, Clock::now() + time_limit);
        return end;
    }

    [[nodiscard]] bool any() const noexcept { return deadline || time_limit.count() > 0; }
    [[nodiscard]] bool passed(Clock::time_point now) const noexcept { return deadline && *deadline <= now; }
};

} // namespace tenantry
