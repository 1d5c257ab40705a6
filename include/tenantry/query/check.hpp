// Rules for whole statements, checked at compile time, each with a message.
#pragma once

#include <concepts>
#include <type_traits>

#include <tenantry/expr/excluded.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/query/concepts.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/names.hpp>
#include <tenantry/query/detail/outer_columns.hpp>
#include <tenantry/query/detail/statement_text.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

namespace detail {

// Looks at everything a statement names. T is the tenant's scope it will run in, void if that does not matter.
template <class S, class T, class Known>
struct StatementRules {
    using definitions = typename Known::definitions;

    template <class Source>
    static constexpr bool exists = has_table<S, source_row<Source>> || Known::template defines<Source> ||
                                   Known::template defines<source_row<Source>>;

    template <class Source>
    constexpr void table() const
    {
        static_assert(exists<Source>,
                      "tenantry: a table of another schema: this row is not one of the tenant's tables");
    }

    template <class C>
    constexpr void column() const
    {
        using Source = typename C::source;
        static_assert(
            exists<Source>,
            "tenantry: a column of a table of another schema: its row is not one of the tenant's tables");
        if constexpr (exists<Source>)
            static_assert(
                Known::template names_table<Source>,
                "tenantry: a column of a table that the statement does not read: it is not in FROM");
    }

    // A statement inside this one. It may name what this one reads.
    template <class Q>
    constexpr void nested() const
    {
        StatementRules<S, T, Names<typename Q::form, Known>> rules;
        Q::visit(rules);
        Q::template check<S>();
    }

    template <class Row>
    constexpr void excluded() const
    {
        static_assert(Known::template names_table<ExcludedRow<Row>>,
                      "tenantry: excluded() is what an insert was kept from writing: it belongs into "
                      "on_conflict(...).do_update(...)");
    }

    // A query with a name. It sees nothing of what this statement reads, only the queries in `Visible`.
    template <class Q, class Visible>
    constexpr void named() const
    {
        StatementRules<S, T, Names<typename Q::form, Names<Visible, typename Known::outer>>> rules;
        Q::visit(rules);
        Q::template check<S>();
    }

    // SQLite computes an aggregate function of the statement whose columns it names.
    template <class A>
    constexpr void aggregate() const
    {
        if constexpr (!std::same_as<typename Known::outer, NoNames>) {
            constexpr bool outer = names_outer_columns_only<A, typename Known::form>();
            static_assert(
                !outer,
                "tenantry: an aggregate function in a query inside another names columns of the query around it "
                "only: SQLite would compute it of that query's rows");
        }
    }

    template <class V>
    constexpr void value() const
    {
        if constexpr (!std::is_void_v<T> && !std::is_void_v<scope_of_t<V>>)
            static_assert(
                std::same_as<scope_of_t<V>, T>,
                "tenantry: a key of one tenant's scope is used in another's: it belongs to the handle it came from");
    }

    template <class Given>
    constexpr void row() const
    {
        if constexpr (!std::is_void_v<T> && !std::is_void_v<scope_of_t<Given>>)
            static_assert(
                std::same_as<scope_of_t<Given>, T>,
                "tenantry: a record of one tenant's scope is used in another's: it belongs to the handle it "
                "came from");
    }
};

// What is written is a table.
template <class S, class Q>
consteval void check_written()
{
    if constexpr (Q::writes && requires { typename Q::source; }) {
        if constexpr (!std::is_void_v<typename Q::source> && has_table<S, typename Q::source>)
            static_assert(is_writable<table_of<S, typename Q::source>>,
                          "tenantry: this row is only read: it is a view's, or a full-text index's that is "
                          "kept in step with another table");
    }
}

template <class S, class T, class Q>
consteval bool check_statement()
{
    check_written<S, Q>();
    StatementRules<S, T, Names<typename Q::form, NoNames>> rules;
    Q::visit(rules);
    Q::template check<S>();
    return true;
}

} // namespace detail

/// Whether a statement may run in scope T. Never false: what is wrong is a compile error that says so.
/// - every table and column is one of T's schema, and in the statement's FROM;
/// - every key and record in it is of scope T.
template <class T, class Q>
consteval bool check_query()
{
    static_assert(Statement<Q>,
                  "tenantry: this is not a query: select, insert, update, remove and sql make one");
    if constexpr (Statement<Q>) detail::check_statement<schema_of<T>, T, std::remove_cvref_t<Q>>();
    return true;
}

} // namespace tenantry
