// A clock that a test moves.
#pragma once

#include <atomic>
#include <chrono>

#include <tenantry/core/time_source.hpp>

namespace tenantry::testing {

/// Stands still until it is moved: `FleetOptions{.clock = TimeSource(clock)}`. Outlives the fleet. Any thread may ask and move it.
class ManualClock {
public:
    /// At some time that is not the beginning of all times.
    ManualClock() noexcept : now_(TimeSource::TimePoint::duration(std::chrono::hours(1)).count()) {}
    ManualClock(const ManualClock&) = delete; // a TimeSource refers to it
    ManualClock& operator=(const ManualClock&) = delete;

    /// What it was moved to.
    [[nodiscard]] TimeSource::TimePoint now() const noexcept
    {
        return TimeSource::TimePoint(TimeSource::TimePoint::duration(now_.load()));
    }

    /// Later by so much, which is not negative.
    void advance(std::chrono::nanoseconds time) noexcept
    {
        now_ += std::chrono::duration_cast<TimeSource::TimePoint::duration>(time).count();
    }

private:
    std::atomic<TimeSource::TimePoint::rep> now_;
};

} // namespace tenantry::testing
