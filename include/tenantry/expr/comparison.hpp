// == != < <= > >= between expressions, and between an expression and a value.
#pragma once

#include <utility>

#include <tenantry/expr/detail/operand.hpp>

namespace tenantry {

namespace detail {

struct Equal : InfixSyntax<Precedence::equality, " = "> {};
struct NotEqual : InfixSyntax<Precedence::equality, " <> "> {};
struct Less : InfixSyntax<Precedence::relation, " < "> {};
struct LessEqual : InfixSyntax<Precedence::relation, " <= "> {};
struct Greater : InfixSyntax<Precedence::relation, " > "> {};
struct GreaterEqual : InfixSyntax<Precedence::relation, " >= "> {};

// Those that ask which is the greater.
template <class Syntax>
inline constexpr bool is_relation = Syntax::precedence == Precedence::relation;

template <class A>
constexpr void require_order()
{
    static_assert(
        !is_named_enum<A>,
        "tenantry: an enum that is stored by name has no order in the database but that of its names: "
        "use in(), or store it as an integer (enum_storage)");
}

template <class Syntax, class L, class R>
using comparison_t = typename Infix<Syntax, bool, L, R>::type;

template <class Syntax, class L, class R>
[[nodiscard]] constexpr comparison_t<Syntax, L, R> compare(L&& left, R&& right)
{
    constexpr Mismatch why = mismatch<L, R>();
    if constexpr (why != Mismatch::none) refuse_comparison<why, L, R>();
    if constexpr (is_relation<Syntax> && why == Mismatch::none)
        if constexpr (is_named_enum<typename measure<L, R>::type>)
            require_order<typename measure<L, R>::type>();
    return make_infix<comparison_t<Syntax, L, R>>(static_cast<L&&>(left), static_cast<R&&>(right));
}

} // namespace detail

/// Comparisons. A value beside a column is bound, as the column stores it. It is copied into the query, or moved if it is a
/// temporary; a std::string_view, a pointer or a span stays a view, whose text has to outlive the query, or until the
/// call of an asynchronous operation returns. `borrowed(text)` makes a view of a text that is too large to be copied.
///
/// - An id column is compared with a key, never with a bare id or number.
/// - An enum column is compared with the same enum, a column of text with text, of numbers with numbers.
/// - A column that can be NULL is compared with values; for NULL itself there are `is_null(column)` and, for a
///   value that may be one, `is(column, value)`.
template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::comparison_t<detail::Equal, L, R> operator==(L&& left, R&& right)
{
    return detail::compare<detail::Equal>(std::forward<L>(left), std::forward<R>(right));
}

template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::comparison_t<detail::NotEqual, L, R> operator!=(L&& left, R&& right)
{
    return detail::compare<detail::NotEqual>(std::forward<L>(left), std::forward<R>(right));
}

template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::comparison_t<detail::Less, L, R> operator<(L&& left, R&& right)
{
    return detail::compare<detail::Less>(std::forward<L>(left), std::forward<R>(right));
}

/// `a <= b`.
template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::comparison_t<detail::LessEqual, L, R> operator<=(L&& left, R&& right)
{
    return detail::compare<detail::LessEqual>(std::forward<L>(left), std::forward<R>(right));
}

/// `a > b`.
template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::comparison_t<detail::Greater, L, R> operator>(L&& left, R&& right)
{
    return detail::compare<detail::Greater>(std::forward<L>(left), std::forward<R>(right));
}

/// `a >= b`.
template <class L, class R, detail::IfExpression<L, R> = 0>
[[nodiscard]] constexpr detail::comparison_t<detail::GreaterEqual, L, R> operator>=(L&& left, R&& right)
{
    return detail::compare<detail::GreaterEqual>(std::forward<L>(left), std::forward<R>(right));
}

} // namespace tenantry
