// Queries inside expressions: exists(query), in(column, query), scalar(query).
#pragma once

#include <concepts>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/form.hpp>
#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/in_rows.hpp>
#include <tenantry/query/detail/outer_columns.hpp>

namespace tenantry {

namespace detail {

// What select() makes, and set operations of it.
template <class Q>
concept AnySelect = requires { typename std::remove_cvref_t<Q>::tenantry_select; };

template <class Of>
struct NestedForm {
    static constexpr Precedence precedence = Precedence::primary;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text("(");
        Of::render(out);
        out.text(")");
    }
};

// A query as an operand. Its own columns are no business of the statement around it.
template <class Q, class Value>
struct QueryOperand {
    using tenantry_expression = void;
    using value_type = Value;
    using source = void;
    using form = NestedForm<typename Q::form>;
    static constexpr bool aggregate = false;
    template <class... Keys>
    static constexpr bool parts_grouped = is_grouped_inside<Q, Keys...>();
    template <class... Keys>
    static constexpr bool grouped = (std::same_as<form, Keys> || ...) || parts_grouped<Keys...>;

    Q query;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        if constexpr (looks_for_keys<Visitor>)
            if constexpr (Visitor::template is_key<QueryOperand>()) return;
        visitor.template nested<Q>();
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        if constexpr (checks_groups<Parameters>)
            to.visit(*this);
        else
            query.bind(to);
    }
    template <class Parameters>
    constexpr void bind_parts(Parameters& to) const
    {
        query.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return QueryOperand<owned_t<Q>, Value>{detail::own_part<Self>(self.query)};
    }

    /// Under a name of its own in the result: see `Named`.
    template <class N>
    [[nodiscard]] constexpr named_t<N, QueryOperand> as(N) const&
    {
        return {*this};
    }
    template <class N>
    [[nodiscard]] constexpr named_t<N, QueryOperand> as(N) &&
    {
        return {std::move(*this)};
    }
};

struct Exists {
    static constexpr bool never_null = true;
    static constexpr Precedence precedence = Precedence::primary;
    template <class Out, class Query>
    static constexpr void render(Out& out)
    {
        out.text("EXISTS ");
        Query::render(out);
    }
};

struct InQuery : InfixSyntax<Precedence::equality, " IN "> {};
struct NotInQuery : InfixSyntax<Precedence::equality, " NOT IN "> {};

// The types of a query's columns.
template <class Q>
struct query_columns {
    using type = typename Q::subject::template column_types<typename Q::missing>;
};
template <class Q>
    requires requires { typename Q::column_types; }
struct query_columns<Q> {
    using type = typename Q::column_types;
};
template <class Q>
using columns_of = typename query_columns<std::remove_cvref_t<Q>>::type;

// The type of the only column of a query, or void.
template <class Columns>
struct only_column {
    using type = void;
};
template <class T>
struct only_column<types<T>> {
    using type = T;
};

template <class Q>
consteval auto find_only_column()
{
    if constexpr (!std::remove_cvref_t<Q>::subject::is_flat)
        return std::type_identity<void>{};
    else
        return only_column<columns_of<Q>>{};
}
template <class Q>
using only_column_t = typename decltype(find_only_column<Q>())::type;

template <class Q>
constexpr bool require_one_column()
{
    constexpr bool one = !std::is_void_v<only_column_t<Q>>;
    static_assert(one, "tenantry: a query in the place of a value selects one column");
    return one;
}

template <class Syntax, class E, class Q>
[[nodiscard]] constexpr auto make_in_query(E&& expression, Q&& query)
{
    if constexpr (is_refused<E>) {
        return Refused{};
    } else if constexpr (std::is_void_v<only_column_t<Q>>) {
        require_one_column<Q>();
        return Refused{};
    } else {
        using Column = only_column_t<Q>;
        constexpr Mismatch why = expression_mismatch<base_value_t<E>, unwrapped<Column>>();
        refuse_comparison<why, E, Q>();
        if constexpr (why == Mismatch::none) {
            using Value = nullable_like<bool, typename std::remove_cvref_t<E>::value_type, Column>;
            return compound<Syntax, Value>(
                std::forward<E>(expression),
                QueryOperand<std::remove_cvref_t<Q>, Column>{std::forward<Q>(query)});
        } else {
            return Refused{};
        }
    }
}

template <class Columns, class... E>
struct row_query;
template <class... Column, class... E>
    requires(sizeof...(Column) == sizeof...(E))
struct row_query<types<Column...>, E...> {
    using value = nullable_like<bool, typename E::value_type..., Column...>;
    template <class Q>
    static constexpr bool check()
    {
        (refuse_comparison<expression_mismatch<base_value_t<E>, unwrapped<Column>>(), E, Q>(), ...);
        return ((expression_mismatch<base_value_t<E>, unwrapped<Column>>() == Mismatch::none) && ...);
    }
};

template <class Q>
consteval auto find_columns()
{
    if constexpr (std::remove_cvref_t<Q>::subject::is_flat)
        return std::type_identity<columns_of<Q>>{};
    else
        return std::type_identity<types<>>{};
}

template <class Syntax, class... E, class Q>
[[nodiscard]] constexpr auto make_in_row_query(const std::tuple<E...>& columns, Q&& query)
{
    using Given = typename decltype(find_columns<Q>())::type;
    constexpr bool same_count = Given::size == sizeof...(E);
    static_assert(same_count, "tenantry: in() of several columns takes a query of as many columns");
    if constexpr (same_count && !(is_refused<E> || ...)) {
        using Rows = row_query<Given, E...>;
        if constexpr (Rows::template check<Q>())
            return compound<Syntax, typename Rows::value>(
                std::apply([](const E&... each) { return compound<RowValue, bool>(each...); }, columns),
                QueryOperand<std::remove_cvref_t<Q>, bool>{std::forward<Q>(query)});
        else
            return Refused{};
    } else {
        return Refused{};
    }
}

// The value of a query in an expression: NULL where it has no row.
template <class Q>
using scalar_t = std::conditional_t<std::remove_cvref_t<Q>::always_one_row, only_column_t<Q>,
                                    with_optional<only_column_t<Q>>>;

} // namespace detail

/// Whether a query gives a row: `where(exists(select<Tag>().where(col<&Tag::job> == col<&Job::id>)))`. Like every
/// query inside another it may name the columns of the tables around it; those of its own come first. `!exists(...)`
/// is the opposite.
template <detail::AnySelect Q>
[[nodiscard]] constexpr auto exists(Q&& query)
{
    return detail::compound<detail::Exists, bool>(
        detail::QueryOperand<std::remove_cvref_t<Q>, bool>{std::forward<Q>(query)});
}

/// Whether it equals one of the values that a query of one column gives.
template <detail::AnyExpression E, detail::AnySelect Q>
[[nodiscard]] constexpr auto in(E&& expression, Q&& query)
{
    return detail::make_in_query<detail::InQuery>(std::forward<E>(expression), std::forward<Q>(query));
}

/// Whether it equals none of them. It is NULL, and chooses nothing, where the query gives a NULL and no equal
/// (https://sqlite.org/lang_expr.html#in_op).
template <detail::AnyExpression E, detail::AnySelect Q>
[[nodiscard]] constexpr auto not_in(E&& expression, Q&& query)
{
    return detail::make_in_query<detail::NotInQuery>(std::forward<E>(expression), std::forward<Q>(query));
}

/// The same of several columns together, and a query of as many: `in(std::tuple(a, b), select(x, y))`.
template <detail::AnyExpression... E, detail::AnySelect Q>
[[nodiscard]] constexpr auto in(const std::tuple<E...>& columns, Q&& query)
{
    return detail::make_in_row_query<detail::InQuery>(columns, std::forward<Q>(query));
}
template <detail::AnyExpression... E, detail::AnySelect Q>
[[nodiscard]] constexpr auto not_in(const std::tuple<E...>& columns, Q&& query)
{
    return detail::make_in_row_query<detail::NotInQuery>(columns, std::forward<Q>(query));
}

/// The value of the first row of a query of one column, NULL where there is no row, so that it is an optional: but not
/// for an aggregate function without group_by(), which always has one.
template <detail::AnySelect Q>
[[nodiscard]] constexpr auto scalar(Q&& query)
{
    if constexpr (std::is_void_v<detail::only_column_t<Q>>) {
        detail::require_one_column<Q>();
        return detail::Refused{};
    } else {
        return detail::QueryOperand<std::remove_cvref_t<Q>, detail::scalar_t<Q>>{std::forward<Q>(query)};
    }
}

} // namespace tenantry
