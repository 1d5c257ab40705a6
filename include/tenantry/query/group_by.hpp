// `.group_by(...)`: GROUP BY.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/order.hpp>
#include <tenantry/query/detail/clause.hpp>

namespace tenantry {

namespace detail {

template <class... Nodes>
using GroupBy = ListClause<Position::group_by, " GROUP BY ", Nodes...>;

template <class Statement, class... E>
[[nodiscard]] constexpr auto add_group_by(Statement&& statement, E&&... by)
{
    static_assert(sizeof...(E) > 0 && (AnyExpression<E> && ...),
                  "tenantry: group_by() takes columns or expressions");
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::group_by>,
                  "tenantry: group_by() is there already: give it all columns at once");
    if constexpr ((AnyExpression<E> && ...)) {
        if constexpr (is_windowed<E...>) (refuse_window_function<E>(), ...);
        static_assert(!(std::remove_cvref_t<E>::aggregate || ...),
                      "tenantry: rows are not grouped by an aggregate function");
        (refuse_constant_order<std::remove_cvref_t<E>>(), ...);
        return with_clause(std::forward<Statement>(statement),
                           GroupBy<std::remove_cvref_t<E>...>{{{std::forward<E>(by)}...}});
    } else {
        return with_clause(std::forward<Statement>(statement), GroupBy<>{});
    }
}

template <class Statement>
struct CanGroupBy {
    /// One row of the result for all rows that are equal in these. What is selected beside aggregate functions has
    /// to be among them.
    template <class... E>
    [[nodiscard]] constexpr auto group_by(E&&... by) const&
    {
        return add_group_by(static_cast<const Statement&>(*this), std::forward<E>(by)...);
    }
    template <class... E>
    [[nodiscard]] constexpr auto group_by(E&&... by) &&
    {
        return add_group_by(static_cast<Statement&&>(*this), std::forward<E>(by)...);
    }
};

} // namespace detail

} // namespace tenantry
