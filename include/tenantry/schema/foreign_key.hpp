// `ForeignKey<Columns<&Stop::line, &Stop::at>, References<&Line::name, &Line::at>>`: a reference by any columns.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/schema/action.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

/// The columns of a foreign key, members of the table's own row.
template <auto... Fields>
struct Columns {
    using tenantry_members = detail::Members<Fields...>;
};

/// The columns they refer to, members of one other row (or of the same): its primary key, or what is unique in it.
template <auto... Fields>
struct References {
    using tenantry_members = detail::Members<Fields...>;
};

/// What follows: `WhenRemoved<Action::cascade>`.
template <Action What>
struct WhenRemoved {
    static constexpr std::string_view tenantry_clause = " ON DELETE ";
    static constexpr Action action = What;
};
/// `WhenChanged<Action::cascade>`
template <Action What>
struct WhenChanged {
    static constexpr std::string_view tenantry_clause = " ON UPDATE ";
    static constexpr Action action = What;
};
/// Checked when the transaction commits.
struct InitiallyDeferred {
    static constexpr std::string_view tenantry_clause = " DEFERRABLE INITIALLY DEFERRED";
};

namespace detail {

// Without clauses it is checked at the end of each statement, and makes the database do nothing.
template <class... Clauses>
struct ReferenceEffect {
    static constexpr bool tenantry_leaves_part = true;
};
template <>
struct ReferenceEffect<> {};

template <class T>
inline constexpr bool is_column_list = false;
template <auto... Fields>
inline constexpr bool is_column_list<Columns<Fields...>> = true;
template <class T>
inline constexpr bool is_reference_list = false;
template <auto... Fields>
inline constexpr bool is_reference_list<tenantry::References<Fields...>> = true;

template <class Clause>
concept ReferenceClause = requires { Clause::tenantry_clause; };

template <class Clause>
constexpr void render_reference_clause(TextSink& out) noexcept
{
    out.text(Clause::tenantry_clause);
    if constexpr (requires { Clause::action; }) out.text(action_text(Clause::action));
}

template <class Clause>
inline constexpr bool sets_null = [] {
    if constexpr (requires { Clause::action; })
        return Clause::action == Action::set_null;
    else
        return false;
}();

template <class From, class To>
struct ReferencePairs;
template <auto... From, auto... To>
struct ReferencePairs<Columns<From...>, tenantry::References<To...>> {
    static constexpr bool same_types =
        (std::same_as<unwrapped<field_of<From>>, unwrapped<field_of<To>>> && ...);
    static constexpr bool nullable = (sqlite::is_nullable<field_of<From>> && ...);
};

template <auto First, auto... Rest>
std::type_identity<row_of<First>> row_of_references(tenantry::References<First, Rest...>);

} // namespace detail

/// A foreign key that is no `Id<Other>`: of several columns, or of one that is no id. After the two lists may follow
/// `WhenRemoved<Action>`, `WhenChanged<Action>` and `InitiallyDeferred`. A row one of whose columns is NULL refers to
/// nothing (https://sqlite.org/foreignkeys.html#fk_composite).
template <class From, class To, class... Clauses>
struct ForeignKey : detail::ReferenceEffect<Clauses...> {
    static_assert(
        detail::is_column_list<From> && detail::is_reference_list<To>,
        "tenantry: a foreign key is ForeignKey<Columns<&Row::field, ...>, References<&Other::field, ...>>");
    using tenantry_members = typename From::tenantry_members;
    using tenantry_refers_to = typename To::tenantry_members;

    template <class Table>
    static consteval void rules() noexcept
    {
        using Others = typename To::tenantry_members;
        static_assert(From::tenantry_members::size > 0 && From::tenantry_members::size == Others::size,
                      "tenantry: a foreign key names as many columns as it refers to");
        static_assert((detail::ReferenceClause<Clauses> && ...),
                      "tenantry: after its columns a foreign key says WhenRemoved<>, WhenChanged<> or "
                      "InitiallyDeferred");
        if constexpr (From::tenantry_members::size == Others::size && Others::size > 0) {
            if constexpr (!Others::are_fields) {
                static_assert(Others::are_fields,
                              "tenantry: References<> names columns by pointers to data members");
            } else {
                using Row = typename decltype(detail::row_of_references(To{}))::type;
                constexpr bool one = Others::template all_of<Row>;
                static_assert(one, "tenantry: a foreign key refers to columns of one other row");
                static_assert(!one || detail::ReferencePairs<From, To>::same_types,
                              "tenantry: a foreign key's column has another type than the one it refers to");
                static_assert(!(detail::sets_null<Clauses> || ...) ||
                                  detail::ReferencePairs<From, To>::nullable,
                              "tenantry: Action::set_null is for a foreign key of columns that can be NULL");
            }
        }
    }

    // Once all rows of the schema are known.
    template <class Index>
    static consteval bool schema_rules() noexcept
    {
        using Row = typename decltype(detail::row_of_references(To{}))::type;
        if constexpr (!detail::FindsRow<Index, Row>) {
            static_assert(detail::FindsRow<Index, Row>,
                          "tenantry: a foreign key refers to a row that is not a table of this schema");
            return false;
        } else {
            using Other = typename decltype(detail::find_row<Row>(static_cast<const Index*>(nullptr)))::type;
            constexpr bool unique = is_unique_key<Other>(To::tenantry_members::indices());
            static_assert(unique,
                          "tenantry: a foreign key refers to the primary key of the other table, or to "
                          "columns that are Unique there");
            return unique;
        }
    }

    template <class S, class Table>
    static constexpr void constraint(detail::TextSink& out) noexcept
    {
        using Other = table_of<S, typename decltype(detail::row_of_references(To{}))::type>;
        out.text("FOREIGN KEY (");
        detail::render_columns<Table>(out, tenantry_members::indices());
        out.text(") REFERENCES ");
        out.identifier(Other::name);
        out.text(" (");
        detail::render_columns<Other>(out, To::tenantry_members::indices());
        out.put(')');
        (render_if<Clauses, false>(out), ...);
        (render_if<Clauses, true>(out), ...); // it stands last
    }

private:
    template <class Clause, bool Deferral>
    static constexpr void render_if(detail::TextSink& out) noexcept
    {
        if constexpr (std::same_as<Clause, InitiallyDeferred> == Deferral)
            detail::render_reference_clause<Clause>(out);
    }
};

} // namespace tenantry
