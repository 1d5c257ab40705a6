// concat(a, b, ...): texts joined end to end.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/expr/operand.hpp>

namespace tenantry {

namespace detail {

struct Concat {
    static constexpr Precedence precedence = Precedence::join;
    template <class Out, class First, class... Rest>
    static constexpr void render(Out& out)
    {
        render_operand<First>(out, precedence);
        ((out.text(" || "), render_operand<Rest>(out, tighter(precedence))), ...);
    }
};

} // namespace detail

/// The texts one after the other; NULL if one of them is. At least one is an expression.
template <class First, class... Rest>
    requires(detail::AnyExpression<First> || (detail::AnyExpression<Rest> || ...))
[[nodiscard]] constexpr auto concat(First&& first, Rest&&... rest)
{
    constexpr bool refused = detail::is_refused<First> || (detail::is_refused<Rest> || ...);
    constexpr bool texts = detail::is_text_operand<First>() && (detail::is_text_operand<Rest>() && ...);
    static_assert(texts || refused, "tenantry: concat() joins texts");
    if constexpr (texts && !refused) {
        using Value =
            detail::nullable_like<std::string, typename detail::operand_t<std::string, First>::value_type,
                                  typename detail::operand_t<std::string, Rest>::value_type...>;
        return detail::compound<detail::Concat, Value>(
            detail::as_operand<std::string>(std::forward<First>(first)),
            detail::as_operand<std::string>(std::forward<Rest>(rest))...);
    } else {
        return detail::Refused{};
    }
}

} // namespace tenantry
