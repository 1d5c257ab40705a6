// abs, round, sign, least, greatest, random_integer.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include <tenantry/expr/arithmetic.hpp>
#include <tenantry/expr/comparison.hpp>
#include <tenantry/expr/function.hpp>

namespace tenantry {

namespace detail {

template <class E>
inline constexpr bool is_number_operand = !std::is_void_v<number_of_t<E>>;

// least and greatest: SQLite's min and max of several
template <FixedString Name, class First, class... Rest>
[[nodiscard]] constexpr auto extreme(First&& first, Rest&&... rest)
{
    static_assert(
        sizeof...(Rest) > 0,
        "tenantry: least() and greatest() take two operands at least: of a column's values there are min() "
        "and max()");
    using Result = common_result_t<First, Rest...>;
    constexpr bool said = is_refused<First> || (is_refused<Rest> || ...);
    static_assert(said || !is_refused<Result>, "tenantry: least() and greatest() compare values of one type");
    if constexpr (is_refused<Result> || sizeof...(Rest) == 0) {
        return Refused{};
    } else {
        require_order<Result>();
        return function<Name, Result>(result_operand<Result>(std::forward<First>(first)),
                                      result_operand<Result>(std::forward<Rest>(rest))...);
    }
}

} // namespace detail

/// Without its sign. Of the least int64 there is none: the statement fails with `errc::value_misfit`.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto abs(E&& expression)
{
    constexpr bool sound = detail::is_number_operand<E>;
    static_assert(sound || detail::is_refused<E>, "tenantry: abs() is for numbers");
    if constexpr (sound && !detail::is_refused<E>) {
        using Number = std::conditional_t<detail::is_integer<detail::base_value_t<E>>, std::int64_t, double>;
        return detail::function<"abs", Number>(std::forward<E>(expression));
    } else {
        return detail::Refused{};
    }
}

/// To so many digits behind the point, 0 if it is not said; halves away from 0. A double, of integers as well.
template <detail::AnyExpression E, class... Digits>
[[nodiscard]] constexpr auto round(E&& expression, Digits&&... digits)
{
    static_assert(sizeof...(Digits) <= 1, "tenantry: round() takes a number and how many digits are kept");
    constexpr bool said = detail::is_refused<E> || (detail::is_refused<Digits> || ...);
    constexpr bool sound = detail::is_number_operand<E> && (detail::is_integer_operand<Digits>() && ...);
    static_assert(said || sound, "tenantry: round() is for numbers, to an integer number of digits");
    if constexpr (sound && !said)
        return detail::function<"round", double>(
            std::remove_cvref_t<E>(std::forward<E>(expression)),
            detail::as_operand<std::int64_t>(std::forward<Digits>(digits))...);
    else
        return detail::Refused{};
}

/// -1, 0 or 1.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto sign(E&& expression)
{
    constexpr bool sound = detail::is_number_operand<E>;
    static_assert(sound || detail::is_refused<E>, "tenantry: sign() is for numbers");
    if constexpr (sound && !detail::is_refused<E>)
        return detail::function<"sign", std::int64_t>(std::forward<E>(expression));
    else
        return detail::Refused{};
}

/// The least of several values, of a row; NULL if one of them is.
template <class First, class... Rest>
    requires(detail::AnyExpression<First> || (detail::AnyExpression<Rest> || ...))
[[nodiscard]] constexpr auto least(First&& first, Rest&&... rest)
{
    return detail::extreme<"min">(std::forward<First>(first), std::forward<Rest>(rest)...);
}

/// The greatest of several values, of a row; NULL if one of them is.
template <class First, class... Rest>
    requires(detail::AnyExpression<First> || (detail::AnyExpression<Rest> || ...))
[[nodiscard]] constexpr auto greatest(First&& first, Rest&&... rest)
{
    return detail::extreme<"max">(std::forward<First>(first), std::forward<Rest>(rest)...);
}

/// Any int64, another one for each row (https://sqlite.org/lang_corefunc.html#random).
[[nodiscard]] constexpr auto random_integer()
{
    return detail::compound<detail::FunctionSyntax<"random">, std::int64_t>();
}

} // namespace tenantry
