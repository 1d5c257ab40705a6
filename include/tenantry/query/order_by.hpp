// `.order_by(...)`: ORDER BY.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/expr/order.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/order_list.hpp>

namespace tenantry {

namespace detail {

template <class... Nodes>
using OrderBy = ListClause<Position::order_by, " ORDER BY ", Nodes...>;

// An order of which the program says that it is unique.
template <class Order>
struct UniqueOrder : Order {
    static constexpr bool is_unique = true;

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        auto order = Order::own(std::forward<Self>(self));
        return UniqueOrder<decltype(order)>{std::move(order)};
    }
};

template <class Order>
struct plain_order {
    using type = Order;
    static constexpr bool is_unique = false;
};
template <class Order>
struct plain_order<UniqueOrder<Order>> {
    using type = Order;
    static constexpr bool is_unique = true;
};

template <class Statement, class... T>
[[nodiscard]] constexpr auto add_order_by(Statement&& statement, T&&... by)
{
    constexpr bool sound = sizeof...(T) > 0 && ((AnyExpression<T> || AnyOrdering<T>) && ...);
    static_assert(sound, "tenantry: order_by() takes columns or expressions, or asc() and desc() of them");
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::order_by>,
                  "tenantry: order_by() is there already: give it all columns at once");
    if constexpr (sound) (refuse_constant_order<decltype(as_ordering(std::forward<T>(by)).by)>(), ...);
    if constexpr (sound && (AnyOrderList<T> || ...))
        return with_clause(std::forward<Statement>(statement),
                           ChosenOrderBy<std::remove_cvref_t<decltype(as_ordering(std::forward<T>(by)))>...>{
                               {{{as_ordering(std::forward<T>(by))}...}}});
    else if constexpr (sound)
        return with_clause(
            std::forward<Statement>(statement),
            OrderBy<decltype(as_ordering(std::forward<T>(by)))...>{{{as_ordering(std::forward<T>(by))}...}});
    else
        return with_clause(std::forward<Statement>(statement), OrderBy<>{});
}

template <class Statement>
struct CanOrderBy {
    /// By the first of these, where that is equal by the second, and so on. Without it the order is any. An order that
    /// is chosen at run time is an `order_list`.
    template <class... T>
    [[nodiscard]] constexpr auto order_by(T&&... by) const&
    {
        return add_order_by(static_cast<const Statement&>(*this), std::forward<T>(by)...);
    }
    template <class... T>
    [[nodiscard]] constexpr auto order_by(T&&... by) &&
    {
        return add_order_by(static_cast<Statement&&>(*this), std::forward<T>(by)...);
    }
};

} // namespace detail

} // namespace tenantry
