// + - * / % of numbers, the minus before one, and + - of times.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/time_arithmetic.hpp>

namespace tenantry {

namespace detail {

struct Plus : InfixSyntax<Precedence::sum, " + "> {};
struct Minus : InfixSyntax<Precedence::sum, " - "> {};
struct Times : InfixSyntax<Precedence::product, " * "> {};
struct Divide : InfixSyntax<Precedence::product, " / "> {};
struct Modulo : InfixSyntax<Precedence::product, " % "> {};
struct Negative : PrefixSyntax<"-"> {};

// The number an operand stands for, or void.
template <class T>
struct number_of {
    using type = std::conditional_t<is_number<std::remove_cvref_t<T>>, std::remove_cvref_t<T>, void>;
};
template <AnyExpression E>
struct number_of<E> {
    using type = std::conditional_t<is_number<base_value_t<E>>, base_value_t<E>, void>;
};
template <class T>
using number_of_t = typename number_of<T>::type;

[[gnu::cold, gnu::noinline]] inline Error infinite_operand()
{
    return Error(
        errc::invalid_argument,
        "an infinity is added to, taken from or multiplied with an expression: what SQLite makes of it may be no "
        "number, which is NULL");
}

// A double of the program's in a sum, difference or product: those are taken to be there.
template <class T>
struct FiniteParameter : Parameter<T> {
    static constexpr bool owns_values = true;

    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        constexpr T infinity = std::numeric_limits<T>::infinity();
        if (this->value == infinity || this->value == -infinity) [[unlikely]]
            to.refuse(infinite_operand());
        else
            to.add(this->value);
    }
};

template <class Syntax, class T>
[[nodiscard]] constexpr auto number_operand(T&& operand)
{
    if constexpr (AnyExpression<T>)
        return std::remove_cvref_t<T>(std::forward<T>(operand));
    else if constexpr (std::floating_point<std::remove_cvref_t<T>> && !std::same_as<Syntax, Divide> &&
                       !std::same_as<Syntax, Modulo>)
        return FiniteParameter<std::remove_cvref_t<T>>{{operand}};
    else
        return Parameter<std::remove_cvref_t<T>>{operand};
}

template <class Syntax>
inline constexpr TimeOperator time_operator = std::same_as<Syntax, Plus>    ? TimeOperator::plus
                                              : std::same_as<Syntax, Minus> ? TimeOperator::minus
                                                                            : TimeOperator::none;

// SQLite makes NaN NULL (https://sqlite.org/floatingpoint.html), and of two columns one may be infinite where the other is,
// too, or 0. A value that is given with the statement is finite (another one is refused), and so is a constant.
template <class Syntax, class L, class R, class Number>
inline constexpr bool may_be_nan =
    AnyExpression<L> && AnyExpression<R> && std::floating_point<Number> &&
    !is_constant<std::remove_cvref_t<L>> && !is_constant<std::remove_cvref_t<R>> &&
    (std::same_as<Syntax, Times> ||
     ((std::same_as<Syntax, Plus> || std::same_as<Syntax, Minus>) && std::floating_point<number_of_t<L>> &&
      std::floating_point<number_of_t<R>>));

// SQLite computes in 64 bits; what is divided by 0 is NULL.
template <class Syntax, class L, class R,
          bool Numbers = !std::is_void_v<number_of_t<L>> && !std::is_void_v<number_of_t<R>>>
struct ArithmeticOf : TimeArithmetic<Syntax, time_operator<Syntax>, L, R> {};
template <class Syntax, class L, class R>
struct ArithmeticOf<Syntax, L, R, true> {
    using left = decltype(number_operand<Syntax>(std::declval<L>()));
    using right = decltype(number_operand<Syntax>(std::declval<R>()));
    using number =
        std::conditional_t<is_integer<number_of_t<L>> && is_integer<number_of_t<R>>, std::int64_t, double>;
    static constexpr bool may_divide_by_zero = std::same_as<Syntax, Divide> || std::same_as<Syntax, Modulo>;
    using value =
        std::conditional_t<may_divide_by_zero || may_be_nan<Syntax, L, R, number>, std::optional<number>,
                           nullable_like<number, typename left::value_type, typename right::value_type>>;
    using type = Compound<Syntax, value, left, right>;
};

template <class Syntax, class L, class R>
using arithmetic_t = typename ArithmeticOf<Syntax, L, R>::type;

template <class E, bool Number = !std::is_void_v<number_of_t<E>>>
struct NegativeOf {
    using type = Refused;
};
template <class E>
struct NegativeOf<E, true> {
    using node = std::remove_cvref_t<E>;
    using number = std::conditional_t<is_integer<base_value_t<E>>, std::int64_t, double>;
    using type = Compound<Negative, nullable_like<number, typename node::value_type>, node>;
};

template <class Syntax, class L, class R>
[[nodiscard]] constexpr arithmetic_t<Syntax, L, R> calculate(L&& left, R&& right)
{
    constexpr bool said = is_refused<L> || is_refused<R>;
    static_assert(
        said || !is_refused<arithmetic_t<Syntax, L, R>>,
        "tenantry: arithmetic is for numbers, and + and - for times and durations of the unit of their column: for "
        "text there is concat()");
    if constexpr (is_refused<arithmetic_t<Syntax, L, R>>)
        return {};
    else if constexpr (std::is_void_v<number_of_t<L>>)
        return {{{time_operand<time_unit_of<L, R>>(std::forward<L>(left))},
                 {time_operand<time_unit_of<L, R>>(std::forward<R>(right))}}};
    else
        return {{{number_operand<Syntax>(std::forward<L>(left))},
                 {number_operand<Syntax>(std::forward<R>(right))}}};
}

} // namespace detail

/// Arithmetic of SQLite's 64-bit integers and doubles (https://sqlite.org/lang_expr.html). Integers divide to
/// integers; division by 0 is NULL, so that quotients are optional; and so are sums, differences and products of two
/// expressions of doubles, since what is no number (infinity less infinity, or 0 times it) is NULL. A value of the program's
/// beside one is finite (an infinity is `errc::invalid_argument` when the query runs); an infinity that is stored times a 0 that
/// is given is `errc::value_misfit` when it is read. A sum beyond 64 bits becomes a double in SQLite, and reading it as an
/// integer is `errc::value_misfit`.
///
/// Times are added to as they are in std::chrono: a time and a duration are a time, two times lie a duration apart.
/// Columns are of one unit, values of one that converts to it without loss.
template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::arithmetic_t<detail::Plus, L, R> operator+(L&& left, R&& right)
{
    return detail::calculate<detail::Plus>(std::forward<L>(left), std::forward<R>(right));
}

/// `a - b`.
template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::arithmetic_t<detail::Minus, L, R> operator-(L&& left, R&& right)
{
    return detail::calculate<detail::Minus>(std::forward<L>(left), std::forward<R>(right));
}

template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::arithmetic_t<detail::Times, L, R> operator*(L&& left, R&& right)
{
    return detail::calculate<detail::Times>(std::forward<L>(left), std::forward<R>(right));
}

/// `a / b`: of two integers the integer quotient, as in SQL; NULL where `b` is 0.
template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::arithmetic_t<detail::Divide, L, R> operator/(L&& left, R&& right)
{
    return detail::calculate<detail::Divide>(std::forward<L>(left), std::forward<R>(right));
}

/// `a % b`: NULL where `b` is 0.
template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::arithmetic_t<detail::Modulo, L, R> operator%(L&& left, R&& right)
{
    return detail::calculate<detail::Modulo>(std::forward<L>(left), std::forward<R>(right));
}

template <class E, detail::IfExpression<E> = 0>
[[nodiscard]] constexpr typename detail::NegativeOf<E>::type operator-(E&& expression)
{
    using Result = typename detail::NegativeOf<E>::type;
    static_assert(detail::is_refused<E> || !detail::is_refused<Result>, "tenantry: a minus is for numbers");
    if constexpr (detail::is_refused<Result>)
        return {};
    else
        return {{{std::forward<E>(expression)}}};
}

} // namespace tenantry
