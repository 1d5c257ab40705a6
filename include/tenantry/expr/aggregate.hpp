// count, min, max, sum, avg, total, group_concat, and call_aggregate for others.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/collate.hpp>
#include <tenantry/expr/comparison.hpp>
#include <tenantry/expr/detail/aggregate_call.hpp>
#include <tenantry/expr/detail/json_operand.hpp>
#include <tenantry/expr/detail/result.hpp>

namespace tenantry {

namespace detail {

// What numbers of a type add up to, and what their mean is.
template <class T>
struct sum_of {
    using sum = void;
    using mean = void;
    static constexpr bool is_real = false;
};
template <class T>
    requires is_number<T>
struct sum_of<T> {
    using sum = std::conditional_t<is_integer<T>, std::int64_t, double>;
    using mean = double;
    static constexpr bool is_real = !is_integer<T>;
};
template <>
struct sum_of<bool> { // how many are true
    using sum = std::int64_t;
    using mean = double;
    static constexpr bool is_real = false;
};
template <class Rep, class Period>
struct sum_of<std::chrono::duration<Rep, Period>> {
    using sum = std::chrono::duration<typename sum_of<Rep>::sum, Period>;
    using mean = std::chrono::duration<double, Period>;
    static constexpr bool is_real = sum_of<Rep>::is_real;
};

// name(expression) of numbers, durations or conditions
template <FixedString Name, class Value, WindowNull Null, class E>
[[nodiscard]] constexpr auto number_aggregate(E&& expression)
{
    static_assert(is_refused<E> || !std::is_void_v<unwrapped<Value>>,
                  "tenantry: sum(), avg() and total() are for numbers, durations and conditions");
    if constexpr (is_refused<E> || std::is_void_v<unwrapped<Value>>)
        return Refused{};
    else
        return aggregate<Name, Value, Null>(std::forward<E>(expression));
}

template <class T>
struct optional_unless_void {
    using type = std::optional<T>;
};
template <>
struct optional_unless_void<void> {
    using type = void;
};

// Of infinities of both signs there is no sum, and SQLite gives NULL: there may be none of doubles, whatever the rows and
// the window.
template <class E>
inline constexpr bool sums_reals = sum_of<base_value_t<E>>::is_real;
template <class E>
inline constexpr WindowNull sum_null = sums_reals<E> ? WindowNull::declared : WindowNull::of_argument;
template <class E>
using total_t = made_nullable<typename sum_of<base_value_t<E>>::mean, sums_reals<E>>;

template <class E>
using sum_t = typename optional_unless_void<typename sum_of<base_value_t<E>>::sum>::type;
template <class E>
using mean_t = typename optional_unless_void<typename sum_of<base_value_t<E>>::mean>::type;

} // namespace detail

/// How many rows: `count(*)`.
///
/// Aggregate functions are of all rows, or of those of a group (`group_by`). Each of them has `.distinct()`,
/// `.filter(condition)` and `.over(window)`.
[[nodiscard]] constexpr auto count()
{
    return detail::aggregate<"count", std::int64_t, detail::WindowNull::never>();
}

/// How many rows in which it is not NULL.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto count(E&& expression)
{
    return detail::aggregate<"count", std::int64_t, detail::WindowNull::never>(std::forward<E>(expression));
}

/// How many different values, NULL not counted: `count(expression).distinct()`.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto count_distinct(E&& expression)
{
    return count(std::forward<E>(expression)).distinct();
}

/// The least value; none where there is no row, or NULL in all of them.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto min(E&& expression)
{
    detail::require_order<detail::base_value_t<E>>();
    return detail::aggregate<"min", std::optional<detail::base_value_t<E>>>(std::forward<E>(expression));
}

/// The greatest value; none where there is no row, or NULL in all of them.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto max(E&& expression)
{
    detail::require_order<detail::base_value_t<E>>();
    return detail::aggregate<"max", std::optional<detail::base_value_t<E>>>(std::forward<E>(expression));
}

/// The sum of numbers or durations, or how many conditions hold (`sum(col<&Job::cost> > 5)`); none where there is no row, or
/// NULL in all of them. Integers add up to an int64; where that does not hold it the statement fails with
/// `errc::value_misfit`. None, too, of doubles with infinities of both signs among them.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto sum(E&& expression)
{
    return detail::number_aggregate<"sum", detail::sum_t<E>, detail::sum_null<E>>(
        std::forward<E>(expression));
}

/// The sum as a double, which is 0 where there is no row, and does not overflow. Of doubles it is an optional: there is none
/// of infinities of both signs.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto total(E&& expression)
{
    return detail::number_aggregate<"total", detail::total_t<E>, detail::WindowNull::never>(
        std::forward<E>(expression));
}

/// The mean of numbers or durations, or the part of conditions that hold; none where there is no row, or NULL in all of them.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto avg(E&& expression)
{
    return detail::number_aggregate<"avg", detail::mean_t<E>, detail::sum_null<E>>(
        std::forward<E>(expression));
}

/// The texts that are not NULL, joined by commas, or by another text; none where there are none. In any order: over
/// a window it is the window's, and an optional as well: SQLite takes an empty text for none there.
template <detail::AnyExpression E, class... Separator>
[[nodiscard]] constexpr auto group_concat(E&& expression, Separator&&... separator)
{
    static_assert(sizeof...(Separator) <= 1, "tenantry: group_concat() takes an expression and a separator");
    constexpr bool said = detail::is_refused<E> || (detail::is_refused<Separator> || ...);
    constexpr bool sound = detail::is_joinable<E> && (detail::is_text_operand<Separator>() && ...);
    static_assert(said || sound, "tenantry: group_concat() joins texts or numbers with a text between");
    if constexpr (sound && !said)
        return detail::aggregate<"group_concat", std::optional<std::string>, detail::WindowNull::declared>(
            std::remove_cvref_t<E>(std::forward<E>(expression)),
            detail::as_operand<std::string>(std::forward<Separator>(separator))...);
    else
        return detail::Refused{};
}

/// Any aggregate function of SQLite's or of the program's own, and the type of its result:
/// `call_aggregate<"median", std::optional<double>>(col<&Job::cost>)`. R is an optional where there may be none.
template <FixedString Name, class R, class... Args>
[[nodiscard]] constexpr auto call_aggregate(Args&&... args)
{
    static_assert(detail::is_plain_name(Name.view()),
                  "tenantry: the name of a function is made of letters, digits and underscores");
    static_assert(sqlite::Readable<R>,
                  "tenantry: the result of call_aggregate<>() is a type that a column can have");
    constexpr bool said = (detail::is_refused<Args> || ...);
    constexpr bool sound = (detail::is_argument<Args> && ...);
    static_assert(said || sound,
                  "tenantry: an argument of a function is an expression, or a value that can be bound");
    if constexpr (sound && !said)
        return detail::aggregate<Name, R, detail::WindowNull::declared>(
            detail::call_argument<Name>(std::forward<Args>(args))...);
    else
        return detail::Refused{};
}

} // namespace tenantry
