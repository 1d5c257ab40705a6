// The frame of a window: from which row to which (https://sqlite.org/windowfunctions.html#frame_specifications).
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/mismatch.hpp>

namespace tenantry {

namespace detail {

// In the order of rows, so that a frame's ends can be compared.
enum class FrameEnd { unbounded_preceding, preceding, current_row, following, unbounded_following };

enum class FrameUnit { rows, range, groups };
enum class FrameExclude { nothing, current_row, group, ties };

[[nodiscard]] constexpr std::string_view to_string(FrameEnd end) noexcept
{
    switch (end) {
    case FrameEnd::unbounded_preceding: return "UNBOUNDED PRECEDING";
    case FrameEnd::preceding: return " PRECEDING";
    case FrameEnd::current_row: return "CURRENT ROW";
    case FrameEnd::following: return " FOLLOWING";
    case FrameEnd::unbounded_following: break;
    }
    return "UNBOUNDED FOLLOWING";
}

[[nodiscard]] constexpr std::string_view to_string(FrameUnit unit) noexcept
{
    switch (unit) {
    case FrameUnit::rows: return "ROWS ";
    case FrameUnit::range: return "RANGE ";
    case FrameUnit::groups: break;
    }
    return "GROUPS ";
}

[[nodiscard]] constexpr std::string_view to_string(FrameExclude exclude) noexcept
{
    switch (exclude) {
    case FrameExclude::nothing: return "";
    case FrameExclude::current_row: return " EXCLUDE CURRENT ROW";
    case FrameExclude::group: return " EXCLUDE GROUP";
    case FrameExclude::ties: break;
    }
    return " EXCLUDE TIES";
}

// An end as the user says it; Offset is void where there is none.
template <FrameEnd End, class Offset = void>
struct Bound {
    static constexpr FrameEnd end = End;
    using offset_type = Offset;
    Offset offset;
};
template <FrameEnd End>
struct Bound<End, void> {
    static constexpr FrameEnd end = End;
    using offset_type = void;
};

template <class T>
inline constexpr bool is_bound = false;
template <FrameEnd End, class Offset>
inline constexpr bool is_bound<Bound<End, Offset>> = true;

[[gnu::cold, gnu::noinline]] inline Error bad_count(const char* what)
{
    return Error(errc::invalid_argument, what);
}

// A bound number that must not be less than Least: else the query fails, with these words.
template <class Number, int Least>
struct CountParameter : Parameter<Number> {
    static constexpr bool owns_values = true;

    const char* what;

    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        if (!(this->value >= static_cast<Number>(Least))) [[unlikely]]
            to.refuse(bad_count(what));
        else
            to.add(this->value);
    }
};

template <int Least, class N>
[[nodiscard]] constexpr CountParameter<std::int64_t, Least> count_parameter(N number, const char* what)
{
    // More than an int64 counts is as much as there can be.
    return {{std::cmp_less_equal(number, INT64_MAX) ? static_cast<std::int64_t>(number) : INT64_MAX}, what};
}

template <FrameEnd End, bool HasOffset>
struct FrameEndForm {
    template <class Out>
    static constexpr void render(Out& out)
    {
        if constexpr (HasOffset) out.parameter();
        out.text(to_string(End));
    }
};

// An end as it is bound: Offset is a CountParameter, or void.
template <FrameEnd End, class Offset>
struct FrameBound {
    using form = FrameEndForm<End, true>;
    static constexpr FrameEnd end = End;
    Offset offset;

    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        offset.bind(to);
    }
};
template <FrameEnd End>
struct FrameBound<End, void> {
    using form = FrameEndForm<End, false>;
    static constexpr FrameEnd end = End;

    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

template <FrameUnit Unit, FrameExclude Exclude, class Start, class End>
struct FrameForm {
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(to_string(Unit));
        out.text("BETWEEN ");
        Start::render(out);
        out.text(" AND ");
        End::render(out);
        out.text(to_string(Exclude));
    }
};

template <FrameUnit Unit, FrameExclude Exclude, class Start, class End>
struct Frame {
    using form = FrameForm<Unit, Exclude, typename Start::form, typename End::form>;
    static constexpr bool is_given = true;
    // Whether the row it is computed for is in it, so that it is never empty.
    static constexpr bool has_current_row =
        Start::end <= FrameEnd::current_row && End::end >= FrameEnd::current_row &&
        (Exclude == FrameExclude::nothing || Exclude == FrameExclude::ties);

    Start start;
    End end;

    template <FrameExclude But>
    [[nodiscard]] constexpr auto excluding() const
    {
        static_assert(Exclude == FrameExclude::nothing,
                      "tenantry: a window's frame excludes something already");
        return Frame<Unit, But, Start, End>{start, end};
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        start.bind(to);
        end.bind(to);
    }
};

// SQLite's own: to the current row and those that are equal to it in order.
struct DefaultFrame {
    using form = DefaultFrame;
    static constexpr bool is_given = false;
    static constexpr bool has_current_row = true;

    template <class Out>
    static constexpr void render(Out&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

// An offset of rows or of groups of equal ones.
template <FrameEnd End, class Offset>
[[nodiscard]] constexpr auto counted_bound(const Bound<End, Offset>& bound)
{
    if constexpr (std::is_void_v<Offset>) {
        return FrameBound<End, void>{};
    } else {
        static_assert(is_integer<Offset>,
                      "tenantry: preceding() and following() of rows and groups are numbers of them");
        if constexpr (is_integer<Offset>)
            return FrameBound<End, CountParameter<std::int64_t, 0>>{
                count_parameter<0>(bound.offset, "an offset of a window's frame is negative")};
        else
            return FrameBound<End, void>{};
    }
}

// The unit that times of a type are counted in.
template <class T>
struct time_unit {
    using type = void;
};
template <class Rep, class Period>
struct time_unit<std::chrono::duration<Rep, Period>> {
    using type = std::chrono::duration<Rep, Period>;
};
template <class Clock, class Duration>
struct time_unit<std::chrono::time_point<Clock, Duration>> {
    using type = Duration;
};
template <class T>
using time_unit_t = typename time_unit<T>::type;

// An offset of the value that rows are ordered by, which is of type A.
template <class A, FrameEnd End, class Offset>
[[nodiscard]] constexpr auto measured_bound(const Bound<End, Offset>& bound)
{
    constexpr const char* what = "an offset of a window's frame is negative";
    if constexpr (std::is_void_v<Offset>) {
        return FrameBound<End, void>{};
    } else if constexpr (is_number<A> && is_number<Offset>) {
        if constexpr (is_integer<Offset>)
            return FrameBound<End, CountParameter<std::int64_t, 0>>{count_parameter<0>(bound.offset, what)};
        else
            return FrameBound<End, CountParameter<double, 0>>{{{static_cast<double>(bound.offset)}, what}};
    } else {
        constexpr bool sound = [] {
            if constexpr (is_time<A> && !std::is_void_v<time_unit_t<Offset>>)
                return std::is_convertible_v<Offset, time_unit_t<A>>;
            else
                return false;
        }();
        static_assert(
            sound, "tenantry: range() measures the value that rows are ordered by: a number, or a time with "
                   "an offset of whole units of it");
        if constexpr (sound) {
            const auto count = static_cast<time_unit_t<A>>(bound.offset).count();
            if constexpr (std::floating_point<std::remove_cv_t<decltype(count)>>)
                return FrameBound<End, CountParameter<double, 0>>{{{static_cast<double>(count)}, what}};
            else
                return FrameBound<End, CountParameter<std::int64_t, 0>>{count_parameter<0>(count, what)};
        } else {
            return FrameBound<End, void>{};
        }
    }
}

} // namespace detail

/// Ends of a window's frame: `rows(preceding(2), current_row)`. Offsets are bound; a negative one is
/// `errc::invalid_argument` when the query runs.
inline constexpr detail::Bound<detail::FrameEnd::unbounded_preceding> unbounded_preceding{};
/// `CURRENT ROW`.
inline constexpr detail::Bound<detail::FrameEnd::current_row> current_row{};
/// `UNBOUNDED FOLLOWING`.
inline constexpr detail::Bound<detail::FrameEnd::unbounded_following> unbounded_following{};

/// `<offset> PRECEDING`.
template <class Offset>
[[nodiscard]] constexpr auto preceding(Offset offset)
{
    return detail::Bound<detail::FrameEnd::preceding, Offset>{offset};
}

/// `<offset> FOLLOWING`.
template <class Offset>
[[nodiscard]] constexpr auto following(Offset offset)
{
    return detail::Bound<detail::FrameEnd::following, Offset>{offset};
}

} // namespace tenantry
