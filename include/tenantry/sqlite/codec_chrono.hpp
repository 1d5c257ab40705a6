// Times as column values: the count of the type's own unit, since 1970 for a point in time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/codec.hpp>
#include <tenantry/sqlite/codec_number.hpp>

namespace tenantry::detail {

// "time in 1/1000 s"
template <class Duration, class Sink>
constexpr void say_unit(Sink& out, std::string_view kind)
{
    using Period = typename Duration::period;
    out.text(kind);
    out.text(" in ");
    out.integer(Period::num);
    if (Period::den != 1) {
        out.text("/");
        out.integer(Period::den);
    }
    out.text(" s");
}

} // namespace tenantry::detail

namespace tenantry::sqlite {

/// INTEGER, or REAL where the count is a floating-point number. A Timestamp counts milliseconds.
template <Storable Rep, class Period>
struct Codec<std::chrono::duration<Rep, Period>> {
    using Duration = std::chrono::duration<Rep, Period>;
    static constexpr Storage storage = Codec<Rep>::storage;
    static constexpr ValueLimits limits = value_limits<Rep>;

    template <class Sink>
    static constexpr void meaning(Sink& out)
    {
        detail::say_unit<Duration>(out, "duration");
    }

    template <ParameterBinder B>
    static void bind(B& to, int index, const Duration& value)
    {
        Codec<Rep>::bind(to, index, value.count());
    }

    template <RowReader R>
    static Misfit read(R& from, int column, Duration& out)
    {
        Rep count{};
        const Misfit misfit = Codec<Rep>::read(from, column, count);
        if (misfit == Misfit::none) out = Duration(count);
        return misfit;
    }
};

} // namespace tenantry::sqlite

namespace tenantry::detail {

// A point in time as the duration since its clock's beginning.
template <class Clock, class Duration>
struct TimePointCodec {
    using Point = std::chrono::time_point<Clock, Duration>;
    static constexpr sqlite::Storage storage = sqlite::Codec<Duration>::storage;
    static constexpr sqlite::ValueLimits limits = sqlite::value_limits<Duration>;

    template <class Sink>
    static constexpr void meaning(Sink& out)
    {
        say_unit<Duration>(out, std::is_same_v<Clock, std::chrono::local_t> ? "local time" : "time");
    }

    template <sqlite::ParameterBinder B>
    static void bind(B& to, int index, const Point& value)
    {
        sqlite::Codec<Duration>::bind(to, index, value.time_since_epoch());
    }

    template <sqlite::RowReader R>
    static sqlite::Misfit read(R& from, int column, Point& out)
    {
        Duration since{};
        const sqlite::Misfit misfit = sqlite::Codec<Duration>::read(from, column, since);
        if (misfit == sqlite::Misfit::none) out = Point(since);
        return misfit;
    }
};

[[gnu::cold, gnu::noinline]] inline Error no_date()
{
    return Error(errc::invalid_argument, "a date that is not in the calendar cannot be stored");
}

} // namespace tenantry::detail

namespace tenantry::sqlite {

/// UTC without leap seconds, as the system clock has it; before 1970 it is negative.
template <Storable Duration>
struct Codec<std::chrono::sys_time<Duration>> : detail::TimePointCodec<std::chrono::system_clock, Duration> {
};

/// What a clock on the wall shows, of no time zone: counted as if it were UTC.
template <Storable Duration>
struct Codec<std::chrono::local_time<Duration>> : detail::TimePointCodec<std::chrono::local_t, Duration> {};

/// INTEGER, the days since 1970-01-01, so that dates have their order in the database. One that is not in the
/// calendar, such as February 30, is refused.
template <>
struct Codec<std::chrono::year_month_day> {
    static constexpr Storage storage = Storage::integer;

    static constexpr ValueLimits limits{
        std::chrono::sys_days(std::chrono::year::min() / std::chrono::January / 1).time_since_epoch().count(),
        std::chrono::sys_days(std::chrono::year::max() / std::chrono::December / 31)
            .time_since_epoch()
            .count()};

    // The same as of `sys_days`.
    template <class Sink>
    static constexpr void meaning(Sink& out)
    {
        detail::say_unit<std::chrono::days>(out, "time");
    }

    template <ParameterBinder B>
    static void bind(B& to, int index, const std::chrono::year_month_day& value)
    {
        if (value.ok()) [[likely]]
            to.integer(index, std::chrono::sys_days(value).time_since_epoch().count());
        else
            to.refuse(detail::no_date());
    }

    template <RowReader R>
    static Misfit read(R& from, int column, std::chrono::year_month_day& out)
    {
        using namespace std::chrono;
        constexpr sys_days first = year::min() / January / 1;
        constexpr sys_days last = year::max() / December / 31;
        std::int64_t days_since{};
        if (const Misfit misfit = Codec<std::int64_t>::read(from, column, days_since); misfit != Misfit::none)
            return misfit;
        if (days_since < first.time_since_epoch().count() || days_since > last.time_since_epoch().count())
            [[unlikely]]
            return Misfit::out_of_range;
        out = year_month_day(sys_days(days(days_since)));
        return Misfit::none;
    }
};

} // namespace tenantry::sqlite
