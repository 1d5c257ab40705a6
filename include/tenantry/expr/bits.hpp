// & | << >> ~ of integers.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/operand.hpp>

namespace tenantry {

namespace detail {

struct BitAnd : InfixSyntax<Precedence::bits, " & "> {};
struct BitOr : InfixSyntax<Precedence::bits, " | "> {};
struct ShiftLeft : InfixSyntax<Precedence::bits, " << "> {};
struct ShiftRight : InfixSyntax<Precedence::bits, " >> "> {};
struct BitNot : PrefixSyntax<"~"> {};

template <class Syntax, class L, class R, bool Integers = is_integer_operand<L>() && is_integer_operand<R>()>
struct BitsOf {
    using type = Refused;
};
template <class Syntax, class L, class R>
struct BitsOf<Syntax, L, R, true> {
    using type = typename Infix<Syntax, std::int64_t, L, R>::type;
};
template <class Syntax, class L, class R>
using bits_t = typename BitsOf<Syntax, L, R>::type;

template <class Syntax, class L, class R>
[[nodiscard]] constexpr bits_t<Syntax, L, R> of_bits(L&& left, R&& right)
{
    static_assert(is_refused<L> || is_refused<R> || !is_refused<bits_t<Syntax, L, R>>,
                  "tenantry: & | << >> are for integers; conditions are joined with && and ||");
    return make_infix<bits_t<Syntax, L, R>>(std::forward<L>(left), std::forward<R>(right));
}

// Not anything beside an expression: to the left of it << and >> belong to streams, too.
template <class L, class R>
using IfShift =
    std::enable_if_t<AnyExpression<L> || (std::is_arithmetic_v<std::remove_cvref_t<L>> && AnyExpression<R>),
                     int>;

template <class E, bool Integer = is_integer_operand<E>()>
struct BitNotOf {
    using type = Refused;
};
template <class E>
struct BitNotOf<E, true> {
    using node = std::remove_cvref_t<E>;
    using type = Compound<BitNot, nullable_like<std::int64_t, typename node::value_type>, node>;
};

} // namespace detail

/// The bits of SQLite's 64-bit integers. A negative shift goes the other way, one of 64 and more leaves nothing but
/// the sign (https://sqlite.org/lang_expr.html).
template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::bits_t<detail::BitAnd, L, R> operator&(L&& left, R&& right)
{
    return detail::of_bits<detail::BitAnd>(std::forward<L>(left), std::forward<R>(right));
}

/// `a | b`.
template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::bits_t<detail::BitOr, L, R> operator|(L&& left, R&& right)
{
    return detail::of_bits<detail::BitOr>(std::forward<L>(left), std::forward<R>(right));
}

template <class L, class R, detail::IfShift<L, R> = 0>
[[nodiscard]] constexpr detail::bits_t<detail::ShiftLeft, L, R> operator<<(L&& left, R&& right)
{
    return detail::of_bits<detail::ShiftLeft>(std::forward<L>(left), std::forward<R>(right));
}

/// `a >> b`.
template <class L, class R, detail::IfShift<L, R> = 0>
[[nodiscard]] constexpr detail::bits_t<detail::ShiftRight, L, R> operator>>(L&& left, R&& right)
{
    return detail::of_bits<detail::ShiftRight>(std::forward<L>(left), std::forward<R>(right));
}

/// `~a`.
template <class E, detail::IfExpression<E> = 0>
[[nodiscard]] constexpr typename detail::BitNotOf<E>::type operator~(E&& expression)
{
    using Result = typename detail::BitNotOf<E>::type;
    static_assert(detail::is_refused<E> || !detail::is_refused<Result>, "tenantry: ~ is for integers");
    if constexpr (detail::is_refused<Result>)
        return {};
    else
        return {{{std::forward<E>(expression)}}};
}

} // namespace tenantry
