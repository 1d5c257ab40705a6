// && || ! of conditions.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry {

namespace detail {

struct And : InfixSyntax<Precedence::logical_and, " AND "> {};
struct Or : InfixSyntax<Precedence::logical_or, " OR "> {};

struct Not {
    static constexpr Precedence precedence = Precedence::logical_not;
    template <class Out, class Operand>
    static constexpr void render(Out& out)
    {
        out.text("NOT ");
        render_operand<Operand>(out, precedence);
    }
};

// A bool expression, or a bool.
template <class T>
consteval bool is_condition()
{
    if constexpr (AnyExpression<T>)
        return std::same_as<base_value_t<T>, bool>;
    else
        return std::same_as<std::remove_cvref_t<T>, bool>;
}

template <class Syntax, class L, class R,
          bool Conditions = is_condition<L>() && is_condition<R>() && !is_refused<L> && !is_refused<R>>
struct LogicOf {
    using type = Refused;
};
template <class Syntax, class L, class R>
struct LogicOf<Syntax, L, R, true> {
    using type = typename Infix<Syntax, bool, L, R>::type;
};

template <class Syntax, class L, class R>
using logic_t = typename LogicOf<Syntax, L, R>::type;

template <class Syntax, class L, class R>
[[nodiscard]] constexpr logic_t<Syntax, L, R> join(L&& left, R&& right)
{
    static_assert(is_condition<L>() && is_condition<R>(),
                  "tenantry: && and || join conditions: comparisons, or columns of bool");
    return make_infix<logic_t<Syntax, L, R>>(std::forward<L>(left), std::forward<R>(right));
}

// Conditions of which some may be left out: when() makes them, and has operators of its own.
template <class T>
concept AnyFilters = requires { typename std::remove_cvref_t<T>::tenantry_filters; };

template <class... Operands>
using IfConditions =
    std::enable_if_t<(AnyExpression<Operands> || ...) && !(AnyFilters<Operands> || ...), int>;

template <class E, bool Condition = is_condition<E>() && !is_refused<E>>
struct NotOf {
    using type = Refused;
};
template <class E>
struct NotOf<E, true> {
    using node = std::remove_cvref_t<E>;
    using type = Compound<Not, typename node::value_type, node>;
};

} // namespace detail

/// Conditions that both hold.
template <class L, class R, detail::IfConditions<L, R> = 0>
[[nodiscard]] constexpr detail::logic_t<detail::And, L, R> operator&&(L&& left, R&& right)
{
    return detail::join<detail::And>(std::forward<L>(left), std::forward<R>(right));
}

/// Conditions of which one holds.
template <class L, class R, detail::IfConditions<L, R> = 0>
[[nodiscard]] constexpr detail::logic_t<detail::Or, L, R> operator||(L&& left, R&& right)
{
    return detail::join<detail::Or>(std::forward<L>(left), std::forward<R>(right));
}

/// A condition that does not hold. Neither does one that is NULL.
template <class E, detail::IfExpression<E> = 0>
[[nodiscard]] constexpr typename detail::NotOf<E>::type operator!(E&& condition)
{
    static_assert(detail::is_condition<E>(),
                  "tenantry: ! negates a condition: a comparison, or a column of bool");
    if constexpr (detail::is_refused<typename detail::NotOf<E>::type>)
        return {};
    else
        return {{{std::forward<E>(condition)}}};
}

} // namespace tenantry
