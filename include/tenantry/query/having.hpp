// `.having(condition)`: HAVING, conditions on groups.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/when.hpp>

namespace tenantry {

namespace detail {

template <class Condition>
using Having = ListClause<Position::having, " HAVING ", Condition>;

template <class... Forms>
struct HavingFiltersForm {
    static constexpr Position position = Position::having;

    template <class Out>
    static constexpr void render(Out& out)
    {
        Joint joint(" HAVING ", " AND ", Precedence::logical_and);
        (render_joined<Forms>(out, joint), ...);
    }
};

// Conditions of which some may be left out.
template <class... Nodes>
struct HavingFilters : Filters<Nodes...> {
    using form = HavingFiltersForm<typename Nodes::form...>;

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return HavingFilters<owned_t<Nodes>...>{{{detail::own_part<Self>(self.nodes)}}};
    }
};
template <class... Nodes>
[[nodiscard]] constexpr HavingFilters<Nodes...> as_having(Filters<Nodes...> filters)
{
    return {std::move(filters)};
}

template <class Statement, class E>
[[nodiscard]] constexpr auto add_having(Statement&& statement, E&& condition)
{
    static_assert(AnyFilters<E> || (AnyExpression<E> && is_condition<E>()),
                  "tenantry: having() takes a condition");
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::having>,
                  "tenantry: having() is there already: join conditions with &&");
    if constexpr (AnyFilters<E>) {
        refuse_window_function<E>();
        return with_clause(std::forward<Statement>(statement), as_having(std::forward<E>(condition)));
    } else if constexpr (AnyExpression<E>) {
        refuse_window_function<E>();
        return with_clause(std::forward<Statement>(statement),
                           Having<std::remove_cvref_t<E>>{{{std::forward<E>(condition)}}});
    } else {
        return with_clause(std::forward<Statement>(statement), Having<Refused>{});
    }
}

template <class Statement>
struct CanHaving {
    /// Only groups for which the condition holds.
    template <class E>
    [[nodiscard]] constexpr auto having(E&& condition) const&
    {
        return add_having(static_cast<const Statement&>(*this), std::forward<E>(condition));
    }
    template <class E>
    [[nodiscard]] constexpr auto having(E&& condition) &&
    {
        return add_having(static_cast<Statement&&>(*this), std::forward<E>(condition));
    }
};

} // namespace detail

} // namespace tenantry
