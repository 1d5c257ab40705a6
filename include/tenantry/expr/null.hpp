// NULL in conditions: is_null, is_not_null, is, is_not.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/operand.hpp>

namespace tenantry {

namespace detail {

struct IsNull {
    static constexpr bool never_null = true;
    static constexpr Precedence precedence = Precedence::equality;
    template <class Out, class Operand>
    static constexpr void render(Out& out)
    {
        render_operand<Operand>(out, precedence);
        out.text(" IS NULL");
    }
};

struct IsNotNull {
    static constexpr bool never_null = true;
    static constexpr Precedence precedence = Precedence::equality;
    template <class Out, class Operand>
    static constexpr void render(Out& out)
    {
        render_operand<Operand>(out, precedence);
        out.text(" IS NOT NULL");
    }
};

struct Is : InfixSyntax<Precedence::equality, " IS "> {
    static constexpr bool never_null = true;
};
struct IsNot : InfixSyntax<Precedence::equality, " IS NOT "> {
    static constexpr bool never_null = true;
};

// As for =, but the value may be NULL.
template <class E, class V>
consteval Mismatch is_mismatch()
{
    using Value = std::decay_t<V>;
    if constexpr (AnyExpression<V> || is_refused<E>)
        return mismatch<E, V>();
    else if constexpr (std::same_as<Value, std::nullopt_t>)
        return Mismatch::none;
    else
        return value_mismatch<base_value_t<E>, unwrapped<Value>>();
}

template <class E, class V>
[[nodiscard]] constexpr auto is_operand(V&& value)
{
    using A = base_value_t<E>;
    if constexpr (AnyExpression<V>)
        return std::remove_cvref_t<V>(std::forward<V>(value));
    else if constexpr (std::same_as<std::decay_t<V>, std::nullopt_t>)
        return Parameter<std::nullopt_t>{std::nullopt};
    else if constexpr (is_optional<std::decay_t<V>>)
        return make_optional_parameter<A>(std::forward<V>(value));
    else
        return as_operand<A>(std::forward<V>(value));
}

template <class Syntax, class E, class V>
[[nodiscard]] constexpr auto make_is(E&& expression, V&& value)
{
    constexpr Mismatch why = is_mismatch<E, V>();
    refuse_comparison<why, E, V>();
    if constexpr (why == Mismatch::none)
        return compound<Syntax, bool>(std::forward<E>(expression), is_operand<E>(std::forward<V>(value)));
    else
        return Refused{};
}

} // namespace detail

/// Whether it is NULL: `where(is_null(col<&Job::processed_at>))`.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto is_null(E&& expression)
{
    return detail::compound<detail::IsNull, bool>(std::forward<E>(expression));
}

/// `<expression> IS NOT NULL`.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto is_not_null(E&& expression)
{
    return detail::compound<detail::IsNotNull, bool>(std::forward<E>(expression));
}

/// Equal, where NULL equals NULL: for values that may be one. `is(col<&AuditLog::target>, std::optional(target))`.
template <detail::AnyExpression E, class V>
[[nodiscard]] constexpr auto is(E&& expression, V&& value)
{
    return detail::make_is<detail::Is>(std::forward<E>(expression), std::forward<V>(value));
}

/// The opposite of `is`.
template <detail::AnyExpression E, class V>
[[nodiscard]] constexpr auto is_not(E&& expression, V&& value)
{
    return detail::make_is<detail::IsNot>(std::forward<E>(expression), std::forward<V>(value));
}

} // namespace tenantry
