// Times that are computed with what a program has chosen: the longest durations mean "never", not "at once".
#pragma once

#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <ratio>

namespace tenantry::detail {

/// The duration in another unit, as far as that can count it.
template <class To, class Rep, class Period>
[[nodiscard]] constexpr To saturated(std::chrono::duration<Rep, Period> time) noexcept
{
    if constexpr (std::integral<Rep>) {
        // What both units can count is known in the coarser one of them.
        using Wide = std::chrono::duration<std::intmax_t, Period>;
        if constexpr (std::ratio_less_v<typename To::period, Period>) {
            constexpr Wide most = std::chrono::duration_cast<Wide>(To::max());
            if (Wide(time) > most) return To::max();
            if (Wide(time) < -most) return To::min();
        }
    } else {
        using Real = std::chrono::duration<long double, typename To::period>;
        const Real real(time);
        if (real >= Real(To::max())) return To::max();
        if (!(real > Real(To::min()))) return To::min();
    }
    return std::chrono::duration_cast<To>(time);
}

/// The time so much after another one, as far as the clock can count. The last one stands for "never".
template <class Clock, class Duration, class Rep, class Period>
[[nodiscard]] constexpr std::chrono::time_point<Clock, Duration> later(
    std::chrono::time_point<Clock, Duration> from, std::chrono::duration<Rep, Period> time) noexcept
{
    using Point = std::chrono::time_point<Clock, Duration>;
    const Duration more = saturated<Duration>(time);
    const Duration since = from.time_since_epoch();
    if (more > Duration::zero() && since > Duration::max() - more) return Point::max();
    if (more < Duration::zero() && since < Duration::min() - more) return Point::min();
    return from + more;
}

/// The time so much before another one, as far as the clock can count.
template <class Clock, class Duration, class Rep, class Period>
[[nodiscard]] constexpr std::chrono::time_point<Clock, Duration> earlier(
    std::chrono::time_point<Clock, Duration> from, std::chrono::duration<Rep, Period> time) noexcept
{
    using Point = std::chrono::time_point<Clock, Duration>;
    const Duration less = saturated<Duration>(time);
    const Duration since = from.time_since_epoch();
    if (less > Duration::zero() && since < Duration::min() + less) return Point::min();
    if (less < Duration::zero() && since > Duration::max() + less) return Point::max();
    return from - less;
}

/// How long it is from one time to another, as far as the clock can count; negative where the other is before it.
template <class Clock, class Duration>
[[nodiscard]] constexpr Duration time_between(std::chrono::time_point<Clock, Duration> from,
                                              std::chrono::time_point<Clock, Duration> to) noexcept
{
    const Duration begin = from.time_since_epoch();
    const Duration end = to.time_since_epoch();
    if (begin < Duration::zero() && end > Duration::max() + begin) return Duration::max();
    if (begin > Duration::zero() && end < Duration::min() + begin) return Duration::min();
    return end - begin;
}

/// Waits on a condition variable until a time, which the system is not asked to count to if it is "never".
template <class Lock, class Clock, class Duration>
std::cv_status wait_until(std::condition_variable& condition, Lock& lock,
                          std::chrono::time_point<Clock, Duration> until)
{
    if (until != std::chrono::time_point<Clock, Duration>::max()) return condition.wait_until(lock, until);
    condition.wait(lock);
    return std::cv_status::no_timeout;
}

} // namespace tenantry::detail
