// Which times and durations can be added to and taken from each other, and what comes of it.
#pragma once

#include <chrono>
#include <concepts>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/operand.hpp>

namespace tenantry::detail {

enum class TimeOperator { none, plus, minus };

// A duration, a point in time, or neither; and the unit it is counted in.
template <class T>
struct time_kind {
    static constexpr bool is_point = false;
    static constexpr bool is_span = false;
    using unit = void;
};
template <class Rep, class Period>
struct time_kind<std::chrono::duration<Rep, Period>> {
    static constexpr bool is_point = false;
    static constexpr bool is_span = true;
    using unit = std::chrono::duration<Rep, Period>;
};
template <class Clock, class Duration>
struct time_kind<std::chrono::time_point<Clock, Duration>> {
    static constexpr bool is_point = true;
    static constexpr bool is_span = false;
    using unit = Duration;
    template <class Unit>
    using in = std::chrono::time_point<Clock, Unit>;
};
template <>
struct time_kind<CurrentTimestamp> : time_kind<std::chrono::sys_time<std::chrono::milliseconds>> {};

template <class T>
struct time_kind_of {
    using type = time_kind<std::remove_cvref_t<T>>;
};
template <AnyExpression E>
struct time_kind_of<E> {
    using type = time_kind<base_value_t<E>>;
};
template <class T>
using time_kind_t = typename time_kind_of<T>::type;

// The unit of a sum is that of its first expression.
template <class L, class R>
using time_unit_of = typename std::conditional_t<AnyExpression<L>, time_kind_t<L>, time_kind_t<R>>::unit;

// An operand's type when it is counted in Unit; void where that would lose something, or it is no time.
template <class Unit, class T>
consteval auto counted_in()
{
    using Kind = time_kind_t<T>;
    if constexpr (std::is_void_v<Unit> || std::is_void_v<typename Kind::unit>)
        return std::type_identity<void>{};
    else if constexpr (AnyExpression<T>)
        return std::type_identity<
            std::conditional_t<std::same_as<typename Kind::unit, Unit>, base_value_t<T>, void>>{};
    else if constexpr (!std::same_as<std::remove_cvref_t<T>, CurrentTimestamp> &&
                       !std::is_convertible_v<typename Kind::unit, Unit>)
        return std::type_identity<void>{};
    else if constexpr (Kind::is_point)
        return std::type_identity<typename Kind::template in<Unit>>{};
    else
        return std::type_identity<Unit>{};
}
template <class Unit, class T>
using counted_in_t = typename decltype(counted_in<Unit, T>())::type;

template <class Unit, class T>
[[nodiscard]] constexpr auto time_operand(T&& operand)
{
    return as_operand<counted_in_t<Unit, T>>(std::forward<T>(operand));
}

// The type of A + B or A - B, void where there is none.
template <TimeOperator Operator, class A, class B>
consteval auto time_result()
{
    using Left = time_kind<A>;
    using Right = time_kind<B>;
    if constexpr (Left::is_span && Right::is_span)
        return std::type_identity<A>{};
    else if constexpr (Left::is_point && Right::is_span)
        return std::type_identity<A>{};
    else if constexpr (Operator == TimeOperator::plus && Left::is_span && Right::is_point)
        return std::type_identity<B>{};
    else if constexpr (Operator == TimeOperator::minus && Left::is_point && std::same_as<A, B>)
        return std::type_identity<typename Left::unit>{};
    else
        return std::type_identity<void>{};
}

template <class Syntax, TimeOperator Operator, class L, class R>
consteval auto time_node()
{
    using Unit = time_unit_of<L, R>;
    using A = counted_in_t<Unit, L>;
    using B = counted_in_t<Unit, R>;
    if constexpr (Operator == TimeOperator::none || std::is_void_v<A> || std::is_void_v<B>) {
        return std::type_identity<Refused>{};
    } else {
        using Result = typename decltype(time_result<Operator, A, B>())::type;
        if constexpr (std::is_void_v<Result>) {
            return std::type_identity<Refused>{};
        } else {
            using left = decltype(time_operand<Unit>(std::declval<L>()));
            using right = decltype(time_operand<Unit>(std::declval<R>()));
            // Infinite durations, taken from each other, are NULL.
            constexpr bool nan = AnyExpression<L> && AnyExpression<R> &&
                                 sqlite::Codec<Result>::storage == sqlite::Storage::real;
            using Plain = std::conditional_t<nan, std::optional<Result>, Result>;
            using Value = nullable_like<Plain, Plain, typename left::value_type, typename right::value_type>;
            return std::type_identity<Compound<Syntax, Value, left, right>>{};
        }
    }
}

template <class Syntax, TimeOperator Operator, class L, class R>
struct TimeArithmetic {
    using type = typename decltype(time_node<Syntax, Operator, L, R>())::type;
};

} // namespace tenantry::detail
