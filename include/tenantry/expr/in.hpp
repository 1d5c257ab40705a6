// in(column, a, b, c): one of a list.
#pragma once

#include <utility>

#include <tenantry/expr/detail/operand.hpp>

namespace tenantry {

namespace detail {

struct In {
    static constexpr Precedence precedence = Precedence::equality;
    template <class Out, class Operand, class... Values>
    static constexpr void render(Out& out)
    {
        render_operand<Operand>(out, tighter(precedence));
        out.text(" IN (");
        render_list<Values...>(out);
        out.text(")");
    }
};

template <class... Operands>
consteval Mismatch first_mismatch(Mismatch first, Operands... rest)
{
    Mismatch found = first;
    ((found == Mismatch::none ? void(found = rest) : void()), ...);
    return found;
}

} // namespace detail

/// Whether it equals one of the values, each of which could be compared with `==`.
template <detail::AnyExpression E, class First, class... Rest>
[[nodiscard]] constexpr auto in(E&& expression, First&& first, Rest&&... rest)
{
    constexpr detail::Mismatch why =
        detail::first_mismatch(detail::mismatch<E, First>(), detail::mismatch<E, Rest>()...);
    detail::refuse_comparison<why, E, detail::types<First, Rest...>>();
    if constexpr (why == detail::Mismatch::none) {
        using A = detail::base_value_t<E>;
        using Value = detail::nullable_like<bool, typename std::remove_cvref_t<E>::value_type,
                                            typename detail::operand_t<A, First>::value_type,
                                            typename detail::operand_t<A, Rest>::value_type...>;
        return detail::compound<detail::In, Value>(std::forward<E>(expression),
                                                   detail::as_operand<A>(std::forward<First>(first)),
                                                   detail::as_operand<A>(std::forward<Rest>(rest))...);
    } else {
        return detail::Refused{};
    }
}

} // namespace tenantry
