// `View<"pending", Pending, pending>`: a select that is read as a table.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/query/detail/declared_statement.hpp>
#include <tenantry/query/detail/outputs.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/schema/detail/row_rules.hpp>
#include <tenantry/schema/table.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

namespace detail {

// The schema object of a view.
template <class View, const auto& Query>
struct CreateView {
    static constexpr std::string_view type = "view";
    static constexpr std::string_view name = View::name;
    static constexpr std::string_view table = View::name;

    template <class S>
    static constexpr void render(TextSink& out)
    {
        using Q = node_t<Query>;
        static_assert(check_statement<S, void, Q>());
        out.text("CREATE VIEW ");
        out.identifier(name);
        const char* before = " (";
        for (const std::string_view column : subject_names<typename Q::subject>::value) {
            out.text(before);
            out.identifier(column);
            before = ", ";
        }
        out.text(") AS ");
        render_declared<DeclaredStatementOut<S, Query>, typename Q::form>(out);
    }

    template <class S>
    static consteval bool needs_trust() noexcept
    {
        return names_virtual_table<S, node_t<Query>>();
    }
};

template <class T>
concept DeclaredSelect = requires {
    typename T::tenantry_select;
    typename T::subject;
};

// The types of its columns: a set operation has them itself.
template <class Q>
consteval auto view_columns() noexcept
{
    if constexpr (requires { typename Q::missing; })
        return typename Q::subject::template column_types<typename Q::missing>{};
    else
        return typename Q::column_types{};
}

// Where the columns of a query are in a view's row.
template <class Row, std::size_t... I>
constexpr std::size_t find_field(std::string_view name, std::index_sequence<I...>) noexcept
{
    std::size_t found = sizeof...(I);
    ((field_name<Row, I> == name ? void(found = I) : void()), ...);
    return found;
}

template <class Field, class Column>
consteval bool check_view_field() noexcept
{
    constexpr bool same = expression_mismatch<unwrapped<Field>, unwrapped<Column>>() == Mismatch::none;
    static_assert(same, "tenantry: a field of a view's row has another type than the column of its query");
    static_assert(
        !same || sqlite::is_nullable<Field> || !is_optional<Column>,
        "tenantry: a column of a view's query can be NULL, and the field of its row is not optional");
    return same;
}

template <class Row, class Names, class... Columns, std::size_t... I>
consteval bool check_view_fields(types<Columns...>, std::index_sequence<I...>) noexcept
{
    return (
        check_view_field<
            field_type<Row, find_field<Row>(Names::value[I], std::make_index_sequence<field_count<Row>>{})>,
            Columns>() &&
        ...);
}

template <class Row, class Q>
consteval bool check_view() noexcept
{
    if constexpr (!DeclaredSelect<Q>) {
        static_assert(DeclaredSelect<Q>,
                      "tenantry: a view is made of a select: inline constexpr auto pending = select(...);");
        return false;
    } else if constexpr (!Q::subject::is_flat) {
        static_assert(Q::subject::is_flat,
                      "tenantry: a view's query selects columns and expressions, or one whole row");
        return false;
    } else {
        using Names = subject_names<typename Q::subject>;
        constexpr std::size_t columns = Names::value.size();
        constexpr bool named = [] {
            for (const std::string_view name : Names::value)
                if (name.empty()) return false;
            return true;
        }();
        static_assert(named, "tenantry: a view's query has a column without a name: say .as(\"field\"_n)");
        if constexpr (named) {
            constexpr bool match = [] {
                for (const std::string_view name : Names::value)
                    if (find_field<Row>(name, std::make_index_sequence<field_count<Row>>{}) ==
                        field_count<Row>)
                        return false;
                return columns == field_count<Row> && !has_twice(Names::value);
            }();
            static_assert(match, "tenantry: the fields of a view's row are not the columns of its query");
            if constexpr (match)
                return check_view_fields<Row, Names>(view_columns<Q>(), std::make_index_sequence<columns>{});
        }
        return false;
    }
}

} // namespace detail

/// A view of a schema. `Query` is a constant, `inline constexpr auto pending = select(...).where(...);`, and its columns
/// are the fields of `Row`, by name: that of a column's member, or what `.as("name"_n)` says. Read it with
/// `select<Row>()` like a table. Rows of it are never written.
template <FixedString Name, class Row, const auto& Query>
struct View {
    using row_type = Row;
    using options = detail::TypeList<>;
    /// Its name in the database.
    static constexpr std::string_view name = Name.view();
    static constexpr bool tenantry_read_only = true;
    using tenantry_view_of = detail::node_t<Query>;
    using tenantry_objects = detail::TypeList<detail::CreateView<View, Query>>;

    static consteval bool part_rules() noexcept
    {
        if constexpr (detail::is_sound_row<Row>) {
            static_assert(detail::is_object_name(Name.view()),
                          "tenantry: a view's name is not empty and does not begin with sqlite_");
            if constexpr (detail::check_view<Row, detail::node_t<Query>>())
                return detail::check_literals<Query>();
        }
        return false;
    }
};

} // namespace tenantry
