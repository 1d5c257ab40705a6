// The columns of a table: the one place where a field's column gets its name.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/schema/detail/option.hpp>

namespace tenantry {

/// How many columns a table has.
template <class Table>
inline constexpr std::size_t column_count = field_count<typename Table::row_type>;

/// The C++ type of the table's column I.
template <class Table, std::size_t I>
using column_type = field_type<typename Table::row_type, I>;

namespace detail {

template <class Option>
concept NamesColumn = requires { Option::tenantry_column_name; };

template <class Option>
constexpr void take_column_name([[maybe_unused]] std::string_view& name,
                                [[maybe_unused]] std::size_t i) noexcept
{
    if constexpr (NamesColumn<Option>)
        if (Option::tenantry_members::contains(i)) name = Option::tenantry_column_name;
}

template <class Row, std::size_t I, class... Options>
consteval std::string_view find_column_name(TypeList<Options...>) noexcept
{
    std::string_view name = field_name<Row, I>;
    if constexpr ((NamesColumn<Options> || ...)) (take_column_name<Options>(name, I), ...);
    return name;
}

} // namespace detail

/// The name of the table's column I: the field's, unless a `ColumnName` says otherwise.
template <class Table, std::size_t I>
inline constexpr std::string_view column_name =
    detail::find_column_name<typename Table::row_type, I>(typename Table::options{});

namespace detail {

template <class Table, std::size_t... I>
consteval std::array<std::string_view, sizeof...(I)> make_column_names(std::index_sequence<I...>) noexcept
{
    return {column_name<Table, I>...};
}

// What a field says of the row it refers to.
template <class Field>
struct Reference {
    static constexpr bool is_reference = false;
};
template <class Row, class Value>
struct Reference<Id<Row, Value>> {
    static constexpr bool is_reference = true;
    using row = Row;
    using value = Value;
};
template <class Row, class Value>
struct Reference<std::optional<Id<Row, Value>>> : Reference<Id<Row, Value>> {};

} // namespace detail

/// All of them, in order.
template <class Table>
inline constexpr auto column_names =
    detail::make_column_names<Table>(std::make_index_sequence<column_count<Table>>{});

namespace detail {

// `"a", "b"`
template <class Table>
constexpr void render_columns(TextSink& out, const auto& indices) noexcept
{
    bool first = true;
    for (const std::size_t i : indices) {
        if (!first) out.text(", ");
        first = false;
        out.identifier(column_names<Table>[i]);
    }
}

} // namespace detail

} // namespace tenantry
