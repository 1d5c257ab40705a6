// between(column, low, high), both ends included.
#pragma once

#include <utility>

#include <tenantry/expr/comparison.hpp>
#include <tenantry/expr/in.hpp>

namespace tenantry {

namespace detail {

struct Between {
    static constexpr Precedence precedence = Precedence::equality;
    template <class Out, class Operand, class Low, class High>
    static constexpr void render(Out& out)
    {
        render_operand<Operand>(out, tighter(precedence));
        out.text(" BETWEEN ");
        render_operand<Low>(out, tighter(precedence));
        out.text(" AND ");
        render_operand<High>(out, tighter(precedence));
    }
};

} // namespace detail

/// Whether it lies between two values, or is one of them. Each could be compared with `<=`.
template <detail::AnyExpression E, class Low, class High>
[[nodiscard]] constexpr auto between(E&& expression, Low&& low, High&& high)
{
    constexpr detail::Mismatch why =
        detail::first_mismatch(detail::mismatch<E, Low>(), detail::mismatch<E, High>());
    detail::refuse_comparison<why, E, detail::types<Low, High>>();
    if constexpr (why == detail::Mismatch::none) {
        using A = detail::base_value_t<E>;
        detail::require_order<A>();
        using Value = detail::nullable_like<bool, typename std::remove_cvref_t<E>::value_type,
                                            typename detail::operand_t<A, Low>::value_type,
                                            typename detail::operand_t<A, High>::value_type>;
        return detail::compound<detail::Between, Value>(std::forward<E>(expression),
                                                        detail::as_operand<A>(std::forward<Low>(low)),
                                                        detail::as_operand<A>(std::forward<High>(high)));
    } else {
        return detail::Refused{};
    }
}

} // namespace tenantry
