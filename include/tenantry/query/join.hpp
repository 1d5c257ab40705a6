// JOIN
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <tenantry/expr/comparison.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/query/clause.hpp>
#include <tenantry/query/from.hpp>
#include <tenantry/schema/column.hpp>

namespace tenantry {

namespace detail {

enum class JoinKind { inner, left, cross };

// No condition, or one that is found later.
struct NoCondition {
    static constexpr bool is_none = true;
    template <class Out>
    static constexpr void render(Out&)
    {}
};

template <JoinKind Kind, class Source, class On>
struct JoinForm {
    using introduced = Source;
    static constexpr Position position = Position::join;
    static constexpr bool is_left = Kind == JoinKind::left;
    template <class Other>
    static constexpr bool introduces = std::same_as<Other, Source>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(Kind == JoinKind::left    ? " LEFT JOIN "
                 : Kind == JoinKind::cross ? " CROSS JOIN "
                                           : " JOIN ");
        out.template from<Source>();
        if constexpr (!std::same_as<On, NoCondition>) {
            out.text(" ON ");
            On::render(out);
        }
    }
};

// The condition is the foreign key between Source and what the statement reads before it.
template <JoinKind Kind, class Source>
struct JoinByKeyForm : JoinForm<Kind, Source, NoCondition> {
    static constexpr JoinKind kind = Kind;
};

template <class Form>
inline constexpr bool is_left_join = [] {
    if constexpr (requires { Form::is_left; })
        return Form::is_left;
    else
        return false;
}();

template <JoinKind Kind, class Source, class Condition>
struct Join {
    using source = typename Condition::source;
    using form = JoinForm<Kind, Source, typename Condition::form>;

    Condition condition;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<Source>();
        Condition::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        condition.bind(to);
    }
    [[nodiscard]] constexpr auto owned() const&
    {
        return Join<Kind, Source, decltype(condition.owned())>{condition.owned()};
    }
    [[nodiscard]] constexpr auto owned() &&
    {
        return Join<Kind, Source, decltype(std::move(condition).owned())>{std::move(condition).owned()};
    }
};

// Form is JoinByKeyForm, or a JoinForm without a condition.
template <class Source, class Form>
struct PlainJoin {
    using source = void;
    using form = Form;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<Source>();
    }
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
    [[nodiscard]] constexpr PlainJoin owned() const { return {}; }
};

// A query in the place of a table.
template <JoinKind Kind, class Of, class Condition>
struct SubqueryJoin {
    using source = void;
    using form = typename Of::template join_form<Kind, typename Condition::form>;

    Of of;
    Condition condition;

    template <class S>
    static constexpr void check()
    {
        Of::template check<S>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Of::visit(visitor);
        Condition::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        of.bind(to);
        condition.bind(to);
    }
    [[nodiscard]] constexpr auto owned() const
    {
        return SubqueryJoin<Kind, decltype(of.owned()), decltype(condition.owned())>{of.owned(),
                                                                                     condition.owned()};
    }
};

// ---- along a foreign key

// A field by its position: foreign keys are found, not spelt.
template <class Source, std::size_t I>
struct FieldForm {
    static constexpr Precedence precedence = Precedence::primary;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.template field<Source, I>();
    }
};

// How many fields of a row refer to another, and the last of them.
struct References {
    std::size_t count = 0;
    std::size_t field = 0;
};

template <class From, class To, std::size_t... I>
consteval References references(std::index_sequence<I...>)
{
    References found;
    const auto look = [&]<std::size_t At>(std::integral_constant<std::size_t, At>) {
        if constexpr (Reference<field_type<From, At>>::is_reference)
            if constexpr (std::same_as<typename Reference<field_type<From, At>>::row, To>)
                if (!(std::same_as<From, To> && At == row_id<From>::index)) found = {found.count + 1, At};
    };
    (look(std::integral_constant<std::size_t, I>{}), ...);
    return found;
}

template <class From, class To>
inline constexpr References references_of =
    references<source_row<From>, source_row<To>>(std::make_index_sequence<field_count<source_row<From>>>{});

// How many foreign keys there are between two sources, in either direction.
template <class A, class B>
inline constexpr std::size_t paths = references_of<A, B>.count + references_of<B, A>.count;
template <class B>
inline constexpr std::size_t paths<void, B> = 0;

// The condition over a path that is the only one.
template <class A, class B>
consteval auto path_condition()
{
    if constexpr (references_of<A, B>.count == 1)
        return std::type_identity<Form<Equal, FieldForm<A, references_of<A, B>.field>,
                                       FieldForm<B, row_id<source_row<B>>::index>>>{};
    else
        return std::type_identity<Form<Equal, FieldForm<B, references_of<B, A>.field>,
                                       FieldForm<A, row_id<source_row<A>>::index>>>{};
}

// How many ways lead to a source from those that are read before it.
template <class Source, class... Read>
consteval std::size_t count_paths(types<Read...>)
{
    std::size_t all = 0;
    bool before = true;
    ((before = before && !std::same_as<Read, Source>, all += before ? paths<Read, Source> : 0), ...);
    return all;
}

// The form of a clause, with the condition of a join by key found. `Read` are the sources of the statement.
template <class Form, class Read>
struct resolved_join {
    using type = Form;
    static constexpr std::size_t ways = 1;
};
template <JoinKind Kind, class Source, class... Read>
struct resolved_join<JoinByKeyForm<Kind, Source>, types<Read...>> {
    static constexpr std::size_t ways = count_paths<Source>(types<Read...>{});

    static consteval auto resolve()
    {
        if constexpr (ways == 1) {
            using Other = first_type_t<std::conditional_t<paths<Read, Source> == 1, Read, void>...>;
            using On = typename decltype(path_condition<Other, Source>())::type;
            return std::type_identity<JoinForm<Kind, Source, On>>{};
        } else {
            return std::type_identity<JoinForm<Kind, Source, NoCondition>>{};
        }
    }
    using type = typename decltype(resolve())::type;
};

// ---- what users say

template <JoinKind Kind, class Source, class Statement>
[[nodiscard]] constexpr auto add_join(Statement&& statement)
{
    static_assert(RowType<source_row<Source>>, "tenantry: join<Row>() takes a row, the struct of a table");
    using Form = std::conditional_t<Kind == JoinKind::cross, JoinForm<Kind, Source, NoCondition>,
                                    JoinByKeyForm<Kind, Source>>;
    return with_clause(std::forward<Statement>(statement), PlainJoin<Source, Form>{});
}

template <JoinKind Kind, class Source, class Statement, class E>
[[nodiscard]] constexpr auto add_join(Statement&& statement, E&& condition)
{
    static_assert(RowType<source_row<Source>>, "tenantry: join<Row>() takes a row, the struct of a table");
    static_assert(AnyExpression<E> && is_condition<E>(),
                  "tenantry: join<Row>() takes a condition: join<User>(col<&Job::owner> == col<&User::id>)");
    if constexpr (AnyExpression<E>) {
        static_assert(!std::remove_cvref_t<E>::aggregate,
                      "tenantry: a join chooses rows before they are grouped: aggregate functions belong in "
                      "having()");
        return with_clause(std::forward<Statement>(statement),
                           Join<Kind, Source, std::remove_cvref_t<E>>{std::forward<E>(condition)});
    } else {
        return with_clause(std::forward<Statement>(statement), Join<Kind, Source, Refused>{});
    }
}

template <JoinKind Kind, class Statement, class Of, class E>
[[nodiscard]] constexpr auto add_subquery_join(Statement&& statement, Of&& of, E&& condition)
{
    static_assert(AnyExpression<E> && is_condition<E>(),
                  "tenantry: join() of a query takes a condition: join(subquery<\"t\">(...), condition)");
    if constexpr (AnyExpression<E>)
        return with_clause(std::forward<Statement>(statement),
                           SubqueryJoin<Kind, std::remove_cvref_t<Of>, std::remove_cvref_t<E>>{
                               std::forward<Of>(of), std::forward<E>(condition)});
    else
        return with_clause(std::forward<Statement>(statement),
                           SubqueryJoin<Kind, std::remove_cvref_t<Of>, Refused>{std::forward<Of>(of), {}});
}

template <class Statement>
struct CanJoin {
    /// With each row the rows of another table for which the condition holds: `join<User>(col<&Job::owner> ==
    /// col<&User::id>)`. Without a condition it is the one foreign key between that table and those that the
    /// statement reads before it. A table that is read already comes in under another name:
    /// `join<Alias<"boss", Employee>>(...)`.
    template <class Source, class... E>
    [[nodiscard]] constexpr auto join(E&&... condition) const&
    {
        return add_join<JoinKind::inner, Source>(static_cast<const Statement&>(*this),
                                                 std::forward<E>(condition)...);
    }
    template <class Source, class... E>
    [[nodiscard]] constexpr auto join(E&&... condition) &&
    {
        return add_join<JoinKind::inner, Source>(static_cast<Statement&&>(*this),
                                                 std::forward<E>(condition)...);
    }

    /// With each row those of a query: `join(subquery<"t">(...), condition)`.
    template <AnySubquery Of, class E>
    [[nodiscard]] constexpr auto join(Of&& of, E&& condition) const
    {
        return add_subquery_join<JoinKind::inner>(static_cast<const Statement&>(*this), std::forward<Of>(of),
                                                  std::forward<E>(condition));
    }
    template <AnySubquery Of, class E>
    [[nodiscard]] constexpr auto left_join(Of&& of, E&& condition) const
    {
        return add_subquery_join<JoinKind::left>(static_cast<const Statement&>(*this), std::forward<Of>(of),
                                                 std::forward<E>(condition));
    }

    /// The same, and rows for which there is none come alone: what is selected of the joined table becomes
    /// `std::optional`, columns and expressions as well as whole rows.
    template <class Source, class... E>
    [[nodiscard]] constexpr auto left_join(E&&... condition) const&
    {
        return add_join<JoinKind::left, Source>(static_cast<const Statement&>(*this),
                                                std::forward<E>(condition)...);
    }
    template <class Source, class... E>
    [[nodiscard]] constexpr auto left_join(E&&... condition) &&
    {
        return add_join<JoinKind::left, Source>(static_cast<Statement&&>(*this),
                                                std::forward<E>(condition)...);
    }

    /// With each row every row of another table. SQLite reads the tables in the order they are said
    /// (https://sqlite.org/optoverview.html#crossjoin).
    template <class Source>
    [[nodiscard]] constexpr auto cross_join() const&
    {
        return add_join<JoinKind::cross, Source>(static_cast<const Statement&>(*this));
    }
    template <class Source>
    [[nodiscard]] constexpr auto cross_join() &&
    {
        return add_join<JoinKind::cross, Source>(static_cast<Statement&&>(*this));
    }
};

} // namespace detail

} // namespace tenantry
