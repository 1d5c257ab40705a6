// Dates and times: date_of, unix_seconds, date_bucket, strftime, statement_time.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <type_traits>
#include <utility>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/detail/terminated_text.hpp>
#include <tenantry/expr/frame.hpp>
#include <tenantry/expr/time_arithmetic.hpp>

namespace tenantry {

namespace detail {

template <class T>
inline constexpr bool is_counted_time = false;
template <std::integral Rep, class Period>
inline constexpr bool is_counted_time<std::chrono::sys_time<std::chrono::duration<Rep, Period>>> = true;

template <std::int64_t N>
struct IntegerText {
    static constexpr void render(TextSink& out) { out.integer(N); }
};

// A count of Period as whole counts of To, downwards before 1970 as well. The operand is there twice where it is
// divided.
template <class Period, class To>
struct FloorTo {
    using ratio = std::ratio_divide<To, Period>; // how many of Period are one of To
    static constexpr bool divides = ratio::den == 1 && ratio::num > 1;
    static constexpr bool multiplies = ratio::num == 1 && ratio::den > 1;
    static constexpr bool is_same = ratio::num == 1 && ratio::den == 1;
    static constexpr bool sound = divides || multiplies || is_same;
    static constexpr Precedence precedence = divides      ? Precedence::sum
                                             : multiplies ? Precedence::product
                                                          : Precedence::primary;

    template <class Out, class Operand, class Same>
    static constexpr void render(Out& out)
    {
        if constexpr (divides) {
            constexpr std::string_view count = static_text<IntegerText<ratio::num>>;
            render_operand<Operand>(out, Precedence::product);
            out.text(" / ");
            out.text(count);
            out.text(" - (");
            render_operand<Same>(out, Precedence::product);
            out.text(" % ");
            out.text(count);
            out.text(" < 0)");
        }
    }

    template <class Out, class Operand>
    static constexpr void render(Out& out)
    {
        render_operand<Operand>(out, is_same ? Precedence::primary : Precedence::product);
        if constexpr (multiplies) {
            out.text(" * ");
            out.text(static_text<IntegerText<ratio::den>>);
        }
    }
};

// floor(time / To), which is Value
template <class Value, class To, class E>
[[nodiscard]] constexpr auto floor_to(E&& time)
{
    constexpr bool point = is_counted_time<base_value_t<E>>;
    static_assert(point || is_refused<E>,
                  "tenantry: date_of() and unix_seconds() are for points in time of the system clock");
    if constexpr (!point) {
        return Refused{};
    } else {
        using Floor = FloorTo<typename base_value_t<E>::period, To>;
        static_assert(Floor::sound,
                      "tenantry: the unit of this time neither divides a second or day nor is a "
                      "multiple of it");
        using Node = std::remove_cvref_t<E>;
        using Result = nullable_like<Value, typename Node::value_type>;
        if constexpr (Floor::divides) {
            Node again = time;
            return compound<Floor, Result>(std::forward<E>(time), std::move(again));
        } else if constexpr (Floor::sound) {
            return compound<Floor, Result>(std::forward<E>(time));
        } else {
            return Refused{};
        }
    }
}

// time - (time % width + width) % width
struct Bucket {
    static constexpr Precedence precedence = Precedence::sum;

    template <class Out, class Operand, class Same, class Width, class, class>
    static constexpr void render(Out& out)
    {
        render_operand<Operand>(out, precedence);
        out.text(" - (");
        render_operand<Same>(out, Precedence::product);
        out.text(" % ");
        Width::render(out);
        out.text(" + ");
        Width::render(out);
        out.text(") % ");
        Width::render(out);
    }
};

// strftime(format, seconds, 'unixepoch')
template <class Period>
struct Strftime {
    static constexpr Precedence precedence = Precedence::primary;

    template <class Out, class Format, class Time>
    static constexpr void render(Out& out)
    {
        out.text("strftime(");
        Format::render(out);
        out.text(", ");
        constexpr bool whole = Period::num == 1 && Period::den == 1;
        render_operand<Time>(out, whole ? Precedence::logical_or : Precedence::product);
        if constexpr (Period::num > 1) {
            out.text(" * ");
            out.text(static_text<IntegerText<Period::num>>);
        }
        if constexpr (Period::den > 1) {
            out.text(" / ");
            out.text(static_text<IntegerText<Period::den>>);
            out.text(".0");
        }
        out.text(", 'unixepoch')");
    }
};

} // namespace detail

/// The day that a point in time lies on, in UTC, as `std::chrono::sys_days`; exact before 1970 too.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto date_of(E&& time)
{
    return detail::floor_to<std::chrono::sys_days, std::chrono::days::period>(std::forward<E>(time));
}

/// Whole seconds since 1970, downwards before it.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto unix_seconds(E&& time)
{
    return detail::floor_to<std::int64_t, std::ratio<1>>(std::forward<E>(time));
}

/// The beginning of the span of time that a point lies in, spans being so long and counted from 1970-01-01 00:00 UTC,
/// a Thursday: `date_bucket(col<&AuditLog::at>, std::chrono::hours(1))`. Of the time's own type, so that it can be
/// grouped by and drawn on an axis. A width that is not positive is `errc::invalid_argument` when the query runs.
template <detail::AnyExpression E, class Rep, class Period>
[[nodiscard]] constexpr auto date_bucket(E&& time, std::chrono::duration<Rep, Period> width)
{
    constexpr bool point = detail::is_counted_time<detail::base_value_t<E>>;
    static_assert(point || detail::is_refused<E>,
                  "tenantry: date_bucket() is for points in time of the system clock");
    if constexpr (!point) {
        return detail::Refused{};
    } else {
        using Unit = typename detail::base_value_t<E>::duration;
        constexpr bool exact = std::is_convertible_v<std::chrono::duration<Rep, Period>, Unit>;
        static_assert(exact, "tenantry: date_bucket() takes a width of whole units of the time");
        if constexpr (exact) {
            using Node = std::remove_cvref_t<E>;
            const auto count =
                detail::count_parameter<1>(Unit(width).count(), "the width of date_bucket() is not positive");
            Node again = time;
            return detail::compound<detail::Bucket, typename Node::value_type>(
                std::forward<E>(time), std::move(again), count, count, count);
        } else {
            return detail::Refused{};
        }
    }
}

/// A point in time as text, in UTC: `strftime("%Y-%m-%d", col<&AuditLog::at>)`
/// (https://sqlite.org/lang_datefunc.html). NULL of a format that SQLite does not know, and of years after 9999.
template <class Format, detail::AnyExpression E>
[[nodiscard]] constexpr auto strftime(Format&& format, E&& time)
{
    constexpr bool point = detail::is_counted_time<detail::base_value_t<E>>;
    constexpr bool text = detail::is_text_operand<Format>();
    static_assert(point || detail::is_refused<E>,
                  "tenantry: strftime() is for points in time of the system clock");
    static_assert(text || detail::is_refused<Format>, "tenantry: strftime() takes a format, which is a text");
    if constexpr (point && text && !detail::is_refused<Format>)
        return detail::compound<detail::Strftime<typename detail::base_value_t<E>::period>,
                                std::optional<std::string>>(
            detail::terminated_text(
                std::forward<Format>(format),
                "the format of strftime() has a NUL character: SQLite would read it to there"),
            std::forward<E>(time));
    else
        return detail::Refused{};
}

/// `current_timestamp` where nothing beside it says in which unit: `select(statement_time())`.
template <class T = Timestamp>
[[nodiscard]] constexpr auto statement_time()
{
    static_assert(detail::is_time_column<T>,
                  "tenantry: statement_time<T>() is a point in time of the system clock, or a text");
    return detail::compound<detail::Now<T>, T>();
}

} // namespace tenantry
