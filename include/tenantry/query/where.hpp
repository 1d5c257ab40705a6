// `.where(condition)`: WHERE.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/when.hpp>

namespace tenantry {

namespace detail {

template <class Form>
struct WhereForm {
    static constexpr Position position = Position::where;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" WHERE ");
        Form::render(out);
    }
};

template <class Condition>
struct Where {
    using source = typename Condition::source;
    using form = WhereForm<typename Condition::form>;

    Condition condition;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Condition::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        condition.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Where<owned_t<Condition>>{detail::own_part<Self>(self.condition)};
    }
};

template <class E>
constexpr void check_where()
{
    if constexpr (is_windowed<E>) refuse_window_function<E>();
    static_assert(
        !std::remove_cvref_t<E>::aggregate,
        "tenantry: where() chooses rows before they are grouped: aggregate functions belong in having()");
}

template <class Statement, class E>
[[nodiscard]] constexpr auto add_where(Statement&& statement, E&& condition)
{
    constexpr bool is_filters = AnyFilters<E>;
    static_assert(is_filters || (AnyExpression<E> && is_condition<E>()),
                  "tenantry: where() takes a condition: a comparison, or a column of bool");
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::where>,
                  "tenantry: where() is there already: join conditions with &&");
    if constexpr (is_filters) {
        static_assert(
            !std::remove_cvref_t<E>::may_be_empty ||
                requires { typename std::remove_cvref_t<Statement>::tenantry_select; },
            "tenantry: if all conditions were left out, this would change the whole table: join one to "
            "when() that always holds");
        check_where<E>();
        return with_clause(std::forward<Statement>(statement),
                           std::remove_cvref_t<E>(std::forward<E>(condition)));
    } else if constexpr (AnyExpression<E>) {
        check_where<E>();
        return with_clause(std::forward<Statement>(statement),
                           Where<std::remove_cvref_t<E>>{std::forward<E>(condition)});
    } else {
        return with_clause(std::forward<Statement>(statement), Where<Refused>{});
    }
}

// For statements that choose rows.
template <class Statement>
struct CanWhere {
    /// Only rows for which the condition holds; not those for which it is NULL. Once a statement.
    template <class E>
    [[nodiscard]] constexpr auto where(E&& condition) const&
    {
        return add_where(static_cast<const Statement&>(*this), std::forward<E>(condition));
    }
    template <class E>
    [[nodiscard]] constexpr auto where(E&& condition) &&
    {
        return add_where(static_cast<Statement&&>(*this), std::forward<E>(condition));
    }
};

} // namespace detail

} // namespace tenantry
