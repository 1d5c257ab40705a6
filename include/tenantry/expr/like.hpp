// like(column, pattern).
#pragma once

#include <utility>

#include <tenantry/expr/operand.hpp>

namespace tenantry {

namespace detail {

struct Like : InfixSyntax<Precedence::equality, " LIKE "> {};

} // namespace detail

/// Whether a text matches a pattern in which `%` stands for any characters and `_` for one. Letters of ASCII
/// match in both cases (https://sqlite.org/lang_expr.html#like).
template <detail::AnyExpression E, class Pattern>
[[nodiscard]] constexpr auto like(E&& expression, Pattern&& pattern)
{
    constexpr bool text = detail::is_text<detail::base_value_t<E>>;
    static_assert(text || detail::is_refused<E>, "tenantry: like() matches text");
    constexpr detail::Mismatch why = detail::mismatch<E, Pattern>();
    if constexpr (text) detail::refuse_comparison<why, E, Pattern>();
    if constexpr (text && why == detail::Mismatch::none) {
        using Result = typename detail::Infix<detail::Like, bool, E, Pattern>::type;
        return detail::make_infix<Result>(std::forward<E>(expression), std::forward<Pattern>(pattern));
    } else {
        return detail::Refused{};
    }
}

} // namespace tenantry
