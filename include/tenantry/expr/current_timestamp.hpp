// `current_timestamp`: the time at which SQLite runs a statement, in the storage of the column it is beside.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include <tenantry/expr/detail/text.hpp>

namespace tenantry {

/// The type of `current_timestamp`.
struct CurrentTimestamp {
    friend constexpr bool operator==(CurrentTimestamp, CurrentTimestamp) = default;
};

/// The time SQLite's statement runs at, the same in all of one statement. Beside a column of points in time it is
/// the count of the column's unit (SQLite's clock has milliseconds), beside a text column `2024-05-01 13:45:00`, UTC:
/// `Default<&Job::at, current_timestamp>`, `col<&Job::at> = current_timestamp`, `col<&Job::at> < current_timestamp`.
inline constexpr CurrentTimestamp current_timestamp{};

namespace detail {

template <class T>
inline constexpr bool is_time_column = std::same_as<T, std::string>;
template <class Rep, class Period>
    requires std::integral<Rep>
inline constexpr bool is_time_column<std::chrono::sys_time<std::chrono::duration<Rep, Period>>> = true;
template <class T>
inline constexpr bool is_time_column<std::optional<T>> = is_time_column<T>;

// Renders it for a column of type T, in parentheses, as a DEFAULT needs it.
template <class T>
struct NowText {
    static constexpr void render(TextSink& out) { out.text("CURRENT_TIMESTAMP"); }
};

template <class T>
struct NowText<std::optional<T>> : NowText<T> {};

template <class Rep, class Period>
struct NowText<std::chrono::sys_time<std::chrono::duration<Rep, Period>>> {
    using Millis = std::ratio_divide<Period, std::milli>;
    static_assert(
        Millis::num == 1 || Millis::den == 1,
        "tenantry: current_timestamp needs a column whose unit divides a millisecond or is a multiple of it");

    static constexpr void render(TextSink& out)
    {
        // Not unixepoch(): it has no milliseconds. A julian day is kept as whole milliseconds by SQLite, so
        // rounding gives exactly those.
        out.text("(CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)");
        if constexpr (Millis::num > 1) {
            out.text(" / ");
            out.integer(Millis::num);
        } else if constexpr (Millis::den > 1) {
            out.text(" * ");
            out.integer(Millis::den);
        }
        out.put(')');
    }
};

} // namespace detail

} // namespace tenantry
