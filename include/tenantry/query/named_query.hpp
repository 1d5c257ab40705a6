// Queries with a name, that a statement reads like tables: WITH, and queries in FROM.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/outputs.hpp>
#include <tenantry/query/join.hpp>
#include <tenantry/query/subquery.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

namespace detail {

// The row whose fields are the columns of a query: the struct it goes into, or the table's row it selects. The
// first is a source by itself; the second is one under the query's name, since by itself it means the table.
template <class Q>
struct query_row {
    using type = typename Q::subject::row_type;
    static constexpr bool is_own = requires { Q::subject::is_into; };
};

template <class Q>
inline constexpr bool has_query_row = requires { typename Q::subject::row_type; };

template <FixedString Name, class Row, bool IsOwn>
struct NamedQueryForm {
    template <class Source>
    static constexpr bool defines =
        std::same_as<Source, Alias<Name, Row>> || (IsOwn && std::same_as<Source, Row>);

    // The name under which a struct of the query's own is read.
    template <class Source>
    static constexpr std::string_view name_of =
        IsOwn && std::same_as<Source, Row> ? Name.view() : std::string_view();

    template <class Out>
    static constexpr void define(Out& out)
    {
        out.template define<Row>(Name.view());
    }
};

template <class Part>
consteval bool is_named(std::string_view name)
{
    if constexpr (requires { Part::name; })
        return same_name(Part::name, name);
    else
        return false;
}
template <class... Parts>
consteval bool has_part_named(TypeList<Parts...>, std::string_view name)
{
    return (is_named<Parts>(name) || ...);
}

// Rules of a named query that need the schema.
template <class S, FixedString Name, class Row, bool IsOwn>
constexpr void check_named_query()
{
    static_assert(
        !IsOwn || !has_table<S, Row>,
        "tenantry: a query with a name goes into a struct of its own, and this one is a table's row");
    static_assert(!has_part_named(parts_of<S>{}, Name.view()),
                  "tenantry: a query has the name of a table of the schema, which it would hide");
}

// ---- WITH

template <FixedString Name, class Q>
struct CteForm : NamedQueryForm<Name, typename query_row<Q>::type, query_row<Q>::is_own> {
    static constexpr std::string_view name = Name.view();
    using row = typename query_row<Q>::type;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.identifier(name);
        out.text(" (");
        if constexpr (query_row<Q>::is_own) {
            bool first = true;
            for (const std::string_view column : subject_names<typename Q::subject>::value) {
                if (!first) out.text(", ");
                first = false;
                out.identifier(column);
            }
        } else {
            out.template names<row>();
        }
        out.text(") AS (");
        Q::form::render(out);
        out.text(")");
    }
};

template <bool Recursive, class... Ctes>
struct WithForm {
    static constexpr Position position = Position::with;
    template <class Source>
    static constexpr bool defines = (Ctes::template defines<Source> || ...);
    template <class Source>
    static constexpr std::string_view name_of =
        first_name({std::string_view(), Ctes::template name_of<Source>...});

    template <class Out>
    static constexpr void define(Out& out)
    {
        (Ctes::define(out), ...);
    }
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(Recursive ? "WITH RECURSIVE " : "WITH ");
        bool first = true;
        ((first ? void(first = false) : out.text(", "), Ctes::render(out)), ...);
        out.text(" ");
    }
};

// What the query at a place of a WITH can name: those before it, and itself where it is recursive.
template <std::size_t Count, class... Ctes>
struct CtesBefore {
    template <class Source>
    static constexpr bool names_table = false;
    template <class Source>
    static constexpr bool defines = [] {
        constexpr std::array<bool, sizeof...(Ctes)> each{Ctes::template defines<Source>...};
        for (std::size_t i = 0; i < Count; ++i)
            if (each[i]) return true;
        return false;
    }();
};

template <FixedString Name, class Q>
struct Cte {
    using tenantry_cte = void;
    using query_type = Q;
    using form = CteForm<Name, Q>;
    using row = typename query_row<Q>::type;
    static constexpr bool is_own = query_row<Q>::is_own;

    Q query;

    template <class S>
    static constexpr void check()
    {
        check_named_query<S, Name, row, query_row<Q>::is_own>();
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        query.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Cte<Name, owned_t<decltype(query)>>{detail::own_part<Self>(self.query)};
    }
};

template <class T>
concept AnyCte = requires { typename std::remove_cvref_t<T>::tenantry_cte; };

template <bool Recursive, class... Ctes>
struct With {
    using source = void;
    using form = WithForm<Recursive, typename Ctes::form...>;

    Pack<Ctes...> ctes;

    template <class S>
    static constexpr void check()
    {
        (Ctes::template check<S>(), ...);
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (visitor.template named<typename Ctes::query_type,
                                    CtesBefore<I + (Recursive ? 1 : 0), typename Ctes::form...>>(),
             ...);
        }(std::index_sequence_for<Ctes...>{});
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        ctes.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return With<Recursive, owned_t<Ctes>...>{detail::own_part<Self>(self.ctes)};
    }
};

// Whether the struct that a query goes into is no other's.
template <class One, class... All>
inline constexpr bool is_once_own =
    !One::is_own ||
    (std::size_t{All::is_own && std::same_as<typename One::row, typename All::row>} + ...) == 1;

template <bool Recursive, class Statement, class... Ctes>
[[nodiscard]] constexpr auto add_with(Statement&& statement, Ctes&&... ctes)
{
    constexpr bool sound = sizeof...(Ctes) > 0 && (AnyCte<Ctes> && ...);
    static_assert(sound, "tenantry: with() takes queries that have names: with(cte<\"name\">(select(...)))");
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::with>,
                  "tenantry: with() is there already: give it all queries at once");
    if constexpr (sound) {
        static_assert(!has_twice(std::array{std::remove_cvref_t<Ctes>::form::name...}),
                      "tenantry: two queries of with() have one name");
        static_assert(
            (is_once_own<std::remove_cvref_t<Ctes>, std::remove_cvref_t<Ctes>...> && ...),
            "tenantry: two queries of with() go into one struct, which would not say which of them is "
            "read: give each a struct of its own");
        return with_clause(std::forward<Statement>(statement),
                           With<Recursive, std::remove_cvref_t<Ctes>...>{{{std::forward<Ctes>(ctes)}...}});
    } else {
        return with_clause(std::forward<Statement>(statement), With<false>{});
    }
}

template <class Statement>
struct CanWith {
    /// Queries that the statement reads like tables, by the struct they go into:
    ///
    ///     select<Load>().with(cte<"load">(select(col<&Job::module>, count().as("jobs"_n))
    ///                                         .group_by(col<&Job::module>).into(table<Load>)))
    ///         .where(col<&Load::jobs> > 5)
    ///
    /// A query of a table's whole rows is read under its name, `Alias<"name", Row>`. Each may read those before it.
    template <class... Ctes>
    [[nodiscard]] constexpr auto with(Ctes&&... ctes) const&
    {
        return add_with<false>(static_cast<const Statement&>(*this), std::forward<Ctes>(ctes)...);
    }
    template <class... Ctes>
    [[nodiscard]] constexpr auto with(Ctes&&... ctes) &&
    {
        return add_with<false>(static_cast<Statement&&>(*this), std::forward<Ctes>(ctes)...);
    }

    /// The same, and each may read itself: `select(...).union_all(select(...).join(table<Tree>, ...)).into(table<Tree>)`
    /// (https://sqlite.org/lang_with.html#recursive_common_table_expressions).
    template <class... Ctes>
    [[nodiscard]] constexpr auto with_recursive(Ctes&&... ctes) const&
    {
        return add_with<true>(static_cast<const Statement&>(*this), std::forward<Ctes>(ctes)...);
    }
    template <class... Ctes>
    [[nodiscard]] constexpr auto with_recursive(Ctes&&... ctes) &&
    {
        return add_with<true>(static_cast<Statement&&>(*this), std::forward<Ctes>(ctes)...);
    }
};

// ---- FROM (SELECT ...)

template <FixedString Name, class Q>
struct NestedTableForm : NamedQueryForm<Name, typename query_row<Q>::type, query_row<Q>::is_own> {
    using row = typename query_row<Q>::type;
    using introduced = std::conditional_t<query_row<Q>::is_own, row, Alias<Name, row>>;
    template <class Source>
    static constexpr bool introduces = NestedTableForm::template defines<Source>;

    template <class Out>
    static constexpr void render_table(Out& out)
    {
        out.read();
        const bool is_marked = out.template begin_marked<introduced>();
        out.text("(");
        Q::form::render(out);
        out.text(")");
        if (is_marked) out.text(")");
        out.text(" AS ");
        out.identifier(Name.view());
    }
};

template <FixedString Name, class Q>
struct FromQueryForm : NestedTableForm<Name, Q> {
    static constexpr Position position = Position::from;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" FROM ");
        FromQueryForm::render_table(out);
    }
};

template <JoinKind Kind, FixedString Name, class Q, class On>
struct JoinQueryForm : NestedTableForm<Name, Q> {
    static constexpr Position position = Position::join;
    static constexpr bool is_left = Kind == JoinKind::left;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(Kind == JoinKind::left ? " LEFT JOIN " : " JOIN ");
        JoinQueryForm::render_table(out);
        out.text(" ON ");
        On::render(out);
    }
};

template <FixedString Name, class Q>
struct Subquery {
    using tenantry_subquery = void;
    using query_type = Q;
    using row = typename query_row<Q>::type;
    using source = typename NestedTableForm<Name, Q>::introduced;
    using form = FromQueryForm<Name, Q>;
    template <JoinKind Kind, class On>
    using join_form = JoinQueryForm<Kind, Name, Q, On>;

    Q query;

    template <class S>
    static constexpr void check()
    {
        check_named_query<S, Name, row, query_row<Q>::is_own>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template named<Q, typename Visitor::definitions>();
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        query.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Subquery<Name, owned_t<decltype(query)>>{detail::own_part<Self>(self.query)};
    }
};

template <class Q>
constexpr bool require_query_row()
{
    constexpr bool sound = AnySelect<Q>;
    static_assert(sound, "tenantry: what has a name here is a select, or a set operation of selects");
    if constexpr (sound) {
        constexpr bool has_row = has_query_row<std::remove_cvref_t<Q>>;
        static_assert(has_row, "tenantry: the columns of a query with a name are the fields of a struct: say "
                               ".into(table<Struct>)");
        return has_row;
    } else {
        return false;
    }
}

} // namespace detail

/// A query with a name, for `with()`. Its columns are the fields of the struct it goes into (`into(table<Struct>)`): from
/// then on `col<&Struct::field>`.
template <FixedString Name, class Q>
[[nodiscard]] constexpr auto cte(Q&& query)
{
    static_assert(Name.size() > 0, "tenantry: cte<\"...\">() gives a name that is not empty");
    if constexpr (detail::require_query_row<Q>())
        return detail::Cte<Name, std::remove_cvref_t<Q>>{std::forward<Q>(query)};
    else
        return detail::Refused{};
}

/// A query to read from, `select(...).from(subquery<"t">(select(...).into(table<Struct>)))`, or to join:
/// `.join(subquery<"t">(...), condition)`. Its columns are those of the struct it goes into.
template <FixedString Name, class Q>
[[nodiscard]] constexpr auto subquery(Q&& query)
{
    static_assert(Name.size() > 0, "tenantry: subquery<\"...\">() gives a name that is not empty");
    if constexpr (detail::require_query_row<Q>())
        return detail::Subquery<Name, std::remove_cvref_t<Q>>{std::forward<Q>(query)};
    else
        return detail::Refused{};
}

} // namespace tenantry
