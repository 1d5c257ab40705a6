// Columns that a query inside another names of the query around it, and whether these have one value in a group of that one.
#pragma once

#include <concepts>
#include <type_traits>

#include <tenantry/expr/expression.hpp>
#include <tenantry/query/detail/names.hpp>

namespace tenantry::detail {

// Looks whose columns there are in a part of a statement: those that `Own` names, or others. A statement inside of the part
// has some of its own.
template <class Own>
struct ColumnSides {
    using definitions = Definitions<NoNames>;

    bool own = false;
    bool outer = false;

    template <class C>
    constexpr void column()
    {
        if constexpr (Own::template names_table<typename C::source>)
            own = true;
        else
            outer = true;
    }
    template <class Source>
    constexpr void table() const
    {}
    template <class V>
    constexpr void value() const
    {}
    template <class Row>
    constexpr void row() const
    {}
    template <class Row>
    constexpr void excluded() const
    {}
    template <class Q>
    constexpr void nested()
    {
        own = true;
    }
    template <class Q, class Visible>
    constexpr void named()
    {
        own = true;
    }
};

// Whether a node names nothing of `Own`, the statement that it stands in, or of one inside of that.
template <class Node, class Own>
consteval bool is_outer()
{
    ColumnSides<Own> sides;
    Node::visit(sides);
    return !sides.own;
}

// The same of what an aggregate function is computed of, if that names a column at all.
template <class Aggregate, class Own>
consteval bool names_outer_columns_only()
{
    ColumnSides<Own> sides;
    Aggregate::visit_args(sides);
    return sides.outer && !sides.own;
}

// Looks through a query inside of a statement that is grouped by `Keys`, forms, for columns of that statement that have no one
// value in a group. `Known` is what is named inside.
template <class Known, class... Keys>
struct GroupedInside {
    using tenantry_looks_for_keys = void;
    using definitions = typename Known::definitions;

    bool all = true;

    // Whether it is one of the keys, so that nothing in it is examined.
    template <class Node>
    static consteval bool is_key()
    {
        if constexpr ((std::same_as<typename Node::form, Keys> || ...))
            return is_outer<Node, Known>();
        else
            return false;
    }

    template <class C>
    constexpr void column()
    {
        if constexpr (!Known::template names_table<typename C::source>) {
            if constexpr (requires { typename C::form; })
                all = all && ((std::same_as<typename C::form, Keys> || ...) ||
                              (std::same_as<EveryColumn<typename C::source>, Keys> || ...));
            else
                all = all && (std::same_as<EveryColumn<typename C::source>, Keys> || ...);
        }
    }
    template <class Source>
    constexpr void table() const
    {}
    template <class V>
    constexpr void value() const
    {}
    template <class Row>
    constexpr void row() const
    {}
    template <class Row>
    constexpr void excluded() const
    {}
    template <class Q>
    constexpr void nested()
    {
        visit<Q, Names<typename Q::form, Known>>();
    }
    template <class Q, class Visible>
    constexpr void named()
    {
        visit<Q, Names<typename Q::form, Names<Visible, typename Known::outer>>>();
    }

private:
    template <class Q, class Inside>
    constexpr void visit()
    {
        GroupedInside<Inside, Keys...> inside;
        Q::visit(inside);
        all = all && inside.all;
    }
};

// Whether a query inside of a statement has one value in a group that is made by expressions of these forms.
template <class Q, class... Keys>
consteval bool is_grouped_inside()
{
    GroupedInside<Names<typename Q::form, NoNames>, Keys...> inside;
    Q::visit(inside);
    return inside.all;
}

} // namespace tenantry::detail
