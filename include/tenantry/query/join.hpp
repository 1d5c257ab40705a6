// `.join(table<User>)` and its kinds: JOIN.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/from.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/traits.hpp>

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

template <class Form>
inline constexpr bool is_left_join = requires { requires Form::is_left; };

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
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Join<Kind, Source, owned_t<Condition>>{detail::own_part<Self>(self.condition)};
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
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return SubqueryJoin<Kind, owned_t<decltype(of)>, owned_t<decltype(condition)>>{
            detail::own_part<Self>(self.of), detail::own_part<Self>(self.condition)};
    }
};

// ---- along a foreign key

// The foreign keys of one source that refer to another: how many there are, and the fields of the last on both sides.
struct KeyPath {
    std::size_t ways = 0;
    std::span<const std::size_t> columns{};
    std::span<const std::size_t> keys{};

    constexpr void add(std::span<const std::size_t> from, std::span<const std::size_t> to) noexcept
    {
        ++ways;
        columns = from;
        keys = to;
    }
};

template <std::size_t... I>
inline constexpr std::array<std::size_t, sizeof...(I)> field_list{I...};
template <class Members>
inline constexpr std::array<std::size_t, Members::size> member_list = Members::indices();

// Members that are ids of the other row.
template <class From, class To, std::size_t... I>
consteval void add_references(KeyPath& path, std::index_sequence<I...>)
{
    const auto add = [&]<std::size_t At>(std::integral_constant<std::size_t, At>) {
        if constexpr (Reference<field_type<From, At>>::is_reference)
            if constexpr (std::same_as<typename Reference<field_type<From, At>>::row, To>)
                if constexpr (!(std::same_as<From, To> && At == row_id<From>::index))
                    path.add(field_list<At>, field_list<row_id<To>::index>);
    };
    (add(std::integral_constant<std::size_t, I>{}), ...);
}

// One that the table declares, unless it is the same as a member's.
template <class Option, class From, class To>
consteval void add_declared(KeyPath& path)
{
    if constexpr (requires { typename Option::tenantry_refers_to; }) {
        using Keys = typename Option::tenantry_refers_to;
        if constexpr (Keys::template all_of<To>) {
            constexpr auto& columns = member_list<typename Option::tenantry_members>;
            constexpr auto& keys = member_list<Keys>;
            constexpr bool is_members = keys.size() == 1 && keys[0] == row_id<To>::index &&
                                        Reference<field_type<From, columns[0]>>::is_reference;
            if constexpr (!is_members) path.add(columns, keys);
        }
    }
}
template <class From, class To, class... Options>
consteval void add_declared_of(KeyPath& path, TypeList<Options...>)
{
    (add_declared<Options, From, To>(path), ...);
}

template <class S, class From, class To>
consteval KeyPath find_key_path()
{
    KeyPath path;
    if constexpr (!std::is_void_v<From> && !std::is_void_v<To>) {
        using Row = source_row<From>;
        add_references<Row, source_row<To>>(path, std::make_index_sequence<field_count<Row>>{});
        if constexpr (has_table<S, Row>)
            add_declared_of<Row, source_row<To>>(path, typename table_of<S, Row>::options{});
    }
    return path;
}
template <class S, class From, class To>
inline constexpr KeyPath key_path = find_key_path<S, From, To>();

// How many foreign keys there are between two sources, in either direction.
template <class S, class A, class B>
consteval std::size_t key_ways()
{
    return key_path<S, A, B>.ways + key_path<S, B, A>.ways;
}

// How many ways lead to a source from those that are read before it.
template <class S, class Source, class... Read>
consteval std::size_t key_ways_to(types<Read...>)
{
    std::size_t all = 0;
    bool before = true;
    ((before = before && !std::same_as<Read, Source>, all += before ? key_ways<S, Read, Source>() : 0), ...);
    return all;
}

template <class From, class To, class Out>
constexpr void render_key_path(Out& out, const KeyPath& path)
{
    for (std::size_t i = 0; i < path.columns.size(); ++i) {
        if (i > 0) out.text(" AND ");
        out.template field<From>(path.columns[i]);
        out.text(" = ");
        out.template field<To>(path.keys[i]);
    }
}

template <class A, class B, class Out>
constexpr void render_key_between(Out& out)
{
    using S = typename Out::schema;
    if constexpr (key_path<S, A, B>.ways == 1)
        render_key_path<A, B>(out, key_path<S, A, B>);
    else if constexpr (key_path<S, B, A>.ways == 1)
        render_key_path<B, A>(out, key_path<S, B, A>);
}

template <class Source, class Out, class... Read>
constexpr void render_key_condition(Out& out, types<Read...>)
{
    bool before = true;
    ((before = before && !std::same_as<Read, Source>,
      before ? render_key_between<Read, Source>(out) : void()),
     ...);
}

// The condition is the foreign key between Source and what the statement, which reads `Read`, reads before it. Which one
// that is, the schema knows.
template <JoinKind Kind, class Source, class Read = void>
struct JoinByKeyForm : JoinForm<Kind, Source, NoCondition> {
    template <class Out>
    static constexpr void render(Out& out)
    {
        JoinForm<Kind, Source, NoCondition>::render(out);
        out.text(" ON ");
        render_key_condition<Source>(out, Read{});
    }
};

// The form of a clause in a statement that reads `Read`.
template <class Form, class Read>
struct resolved_join {
    using type = Form;
    template <class S>
    static constexpr std::size_t ways = 1;
};
template <JoinKind Kind, class Source, class... Read>
struct resolved_join<JoinByKeyForm<Kind, Source>, types<Read...>> {
    using type = JoinByKeyForm<Kind, Source, types<Read...>>;
    template <class S>
    static constexpr std::size_t ways = key_ways_to<S, Source>(types<Read...>{});
};

// Joins what says of each row that it was found, for rows that can be all NULL.
template <class Form>
struct MarkedJoinForm : Form {
    template <class Out>
    static constexpr void define(Out& out)
    {
        if constexpr (requires { Form::define(out); }) Form::define(out);
        out.template mark<typename Form::introduced>();
    }
};

// ---- what users say

// What json_each() makes.
template <class T>
concept AnyJsonTable = requires { typename std::remove_cvref_t<T>::tenantry_json_table; };

// It needs no condition: its rows are those of what was read before it.
template <JoinKind Kind, class Of>
struct JsonJoin {
    using source = void;
    using form = typename Of::template join_form<Kind, NoCondition>;

    Of of;

    template <class S>
    static constexpr void check()
    {
        Of::template check<S>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Of::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        of.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return JsonJoin<Kind, owned_t<decltype(of)>>{detail::own_part<Self>(self.of)};
    }
};

template <JoinKind Kind, class Source, class Statement>
[[nodiscard]] constexpr auto add_table_join(Statement&& statement)
{
    using Form = std::conditional_t<Kind == JoinKind::cross, JoinForm<Kind, Source, NoCondition>,
                                    JoinByKeyForm<Kind, Source>>;
    return with_clause(std::forward<Statement>(statement), PlainJoin<Source, Form>{});
}

template <JoinKind Kind, class Source, class Statement, class E>
[[nodiscard]] constexpr auto add_table_join(Statement&& statement, E&& condition)
{
    static_assert(AnyExpression<E> && is_condition<E>(),
                  "tenantry: join(table<Row>, ...) takes a condition: "
                  "join(table<User>, col<&Job::owner> == col<&User::id>)");
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

template <JoinKind Kind, class Statement, class Of, class... E>
[[nodiscard]] constexpr auto add_subquery_join(Statement&& statement, Of&& of, E&&... condition)
{
    constexpr bool sound = sizeof...(E) == 1 && ((AnyExpression<E> && is_condition<E>()) && ...);
    static_assert(sound,
                  "tenantry: join() of a query takes a condition: join(subquery<\"t\">(...), condition)");
    if constexpr (sizeof...(E) == 1 && (AnyExpression<E> && ...))
        return with_clause(std::forward<Statement>(statement),
                           SubqueryJoin<Kind, std::remove_cvref_t<Of>, std::remove_cvref_t<E>...>{
                               std::forward<Of>(of), std::forward<E>(condition)...});
    else
        return with_clause(std::forward<Statement>(statement),
                           SubqueryJoin<Kind, std::remove_cvref_t<Of>, Refused>{std::forward<Of>(of), {}});
}

template <JoinKind Kind, class Statement, class Of, class... E>
[[nodiscard]] constexpr auto add_join(Statement&& statement, Of&& of, E&&... condition)
{
    if constexpr (AnyTableTag<Of>) {
        using Source = typename std::remove_cvref_t<Of>::source;
        static_assert(RowType<source_row<Source>>,
                      "tenantry: join(table<Row>) takes a row, the struct of a table");
        static_assert(sizeof...(E) <= 1,
                      "tenantry: join(table<Row>, condition) takes one condition: put && between several");
        return add_table_join<Kind, Source>(std::forward<Statement>(statement),
                                            std::forward<E>(condition)...);
    } else if constexpr (AnyJsonTable<Of> && sizeof...(E) == 0) {
        return with_clause(std::forward<Statement>(statement),
                           JsonJoin<Kind, std::remove_cvref_t<Of>>{std::forward<Of>(of)});
    } else if constexpr (AnySubquery<Of>) {
        return add_subquery_join<Kind>(std::forward<Statement>(statement), std::forward<Of>(of),
                                       std::forward<E>(condition)...);
    } else {
        static_assert(is_refused<Of>,
                      "tenantry: join() takes a table, join(table<Row>, condition), a query with a name, "
                      "join(subquery<\"t\">(...), condition), or json_each<\"t\", V>(...)");
        return std::remove_cvref_t<Statement>(std::forward<Statement>(statement));
    }
}

template <class Statement>
struct CanJoin {
    /// With each row the rows of another table for which the condition holds: `join(table<User>, col<&Job::owner> ==
    /// col<&User::id>)`. Without a condition it is the one foreign key between that table and those that the
    /// statement reads before it: a member `Id<User>`, or a `ForeignKey` of the schema. A table that is read already
    /// comes in under another name: `join(table<Alias<"boss", Employee>>, ...)`.
    ///
    /// Or those of a query, `join(subquery<"t">(...), condition)`, or what is in a JSON text of the row:
    /// `join(json_each<"tag", std::string>(col<&Post::tags>))`.
    template <class Of, class... E>
    [[nodiscard]] constexpr auto join(Of&& of, E&&... condition) const&
    {
        return add_join<JoinKind::inner>(static_cast<const Statement&>(*this), std::forward<Of>(of),
                                         std::forward<E>(condition)...);
    }
    template <class Of, class... E>
    [[nodiscard]] constexpr auto join(Of&& of, E&&... condition) &&
    {
        return add_join<JoinKind::inner>(static_cast<Statement&&>(*this), std::forward<Of>(of),
                                         std::forward<E>(condition)...);
    }

    /// The same, and rows for which there is none come alone: what is selected of the joined table becomes
    /// `std::optional`, columns and expressions as well as whole rows.
    template <class Of, class... E>
    [[nodiscard]] constexpr auto left_join(Of&& of, E&&... condition) const&
    {
        return add_join<JoinKind::left>(static_cast<const Statement&>(*this), std::forward<Of>(of),
                                        std::forward<E>(condition)...);
    }
    template <class Of, class... E>
    [[nodiscard]] constexpr auto left_join(Of&& of, E&&... condition) &&
    {
        return add_join<JoinKind::left>(static_cast<Statement&&>(*this), std::forward<Of>(of),
                                        std::forward<E>(condition)...);
    }

    /// With each row every row of another table. SQLite reads the tables in the order they are said
    /// (https://sqlite.org/optoverview.html#crossjoin).
    template <AnyTableTag Of>
    [[nodiscard]] constexpr auto cross_join(const Of& of) const&
    {
        return add_join<JoinKind::cross>(static_cast<const Statement&>(*this), of);
    }
    template <AnyTableTag Of>
    [[nodiscard]] constexpr auto cross_join(const Of& of) &&
    {
        return add_join<JoinKind::cross>(static_cast<Statement&&>(*this), of);
    }
};

} // namespace detail

} // namespace tenantry
