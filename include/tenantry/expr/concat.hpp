// concat(a, b, ...): texts joined end to end.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/operand.hpp>

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

template <class T>
consteval bool is_concat_operand()
{
    if constexpr (AnyExpression<T>)
        return is_joinable<T>;
    else
        return is_text_operand<T>();
}

} // namespace detail

/// The texts one after the other; NULL if one of them is. At least one is an expression: of text, or of numbers or enums
/// that are stored by name, which SQLite writes as texts.
template <class First, class... Rest>
    requires(detail::AnyExpression<First> || (detail::AnyExpression<Rest> || ...))
[[nodiscard]] constexpr auto concat(First&& first, Rest&&... rest)
{
    constexpr bool refused = detail::is_refused<First> || (detail::is_refused<Rest> || ...);
    constexpr bool texts = detail::is_concat_operand<First>() && (detail::is_concat_operand<Rest>() && ...);
    static_assert(texts || refused,
                  "tenantry: concat() joins texts, and expressions that have one: of numbers, or of "
                  "enums that are stored by name");
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
