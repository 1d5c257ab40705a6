// What a schema says of its tables and columns, for those who write statements. Nothing here makes text.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/schema/table.hpp>

namespace tenantry {

namespace detail {

template <class... Parts>
std::type_identity<TypeList<Parts...>> schema_parts(const Schema<Parts...>*);
template <class... Parts>
std::type_identity<RowIndex<Parts...>> schema_rows(const Schema<Parts...>*);

} // namespace detail

/// A struct that derives from `Schema<...>`.
template <class S>
concept SchemaType = requires { detail::schema_parts(static_cast<const S*>(nullptr)); };

namespace detail {

template <class S>
using parts_of = typename decltype(schema_parts(static_cast<const S*>(nullptr)))::type;
template <class S>
using row_index_of = typename decltype(schema_rows(static_cast<const S*>(nullptr)))::type;

template <class T>
struct schema_of_scope {
    static_assert(SchemaType<T>, "tenantry: this is neither a schema nor the scope of a tenant");
    using type = T;
};
template <SchemaType T>
struct schema_of_scope<T> {
    using type = T;
};
template <class T>
    requires(!SchemaType<T> && SchemaType<typename T::schema>)
struct schema_of_scope<T> {
    using type = typename T::schema;
};

} // namespace detail

/// The schema of a scope: `T::schema`, or T itself where it is one.
template <class T>
using schema_of = typename detail::schema_of_scope<T>::type;

/// Whether `Row` is a table (or another readable object) of the schema.
template <class S, class Row>
inline constexpr bool has_table = detail::FindsRow<detail::row_index_of<S>, Row>;

namespace detail {

// Stands for a table that is not there, so that the first error is the only one.
template <class Row>
struct MissingTable {
    using row_type = Row;
    using options = TypeList<>;
    static constexpr std::string_view name = "?";
};

template <class S, class Row>
struct lookup_table {
    static_assert(has_table<S, Row>, "tenantry: this row is not a table of this schema");
    using type = MissingTable<Row>;
};
template <class S, class Row>
    requires has_table<S, Row>
struct lookup_table<S, Row> {
    using type = typename decltype(find_row<Row>(static_cast<const row_index_of<S>*>(nullptr)))::type;
};

} // namespace detail

/// The `Table<...>` of a row in a schema.
template <class S, class Row>
using table_of = typename detail::lookup_table<S, Row>::type;

/// Its name, unquoted.
template <class S, class Row>
inline constexpr std::string_view table_name = table_of<S, Row>::name;

/// The name of the column that a field is in a schema, unquoted.
template <class S, auto Field>
inline constexpr std::string_view column_name_of =
    column_name<table_of<S, row_of<Field>>, member_index<Field>>;

/// The columns of a table's primary key, in its order.
template <class Table>
inline constexpr auto primary_key = detail::primary_key_of<Table, typename Table::options>::indices();

/// Whether column i is one of them.
template <class Table>
[[nodiscard]] constexpr bool is_primary_key(std::size_t i) noexcept
{
    for (const std::size_t key : primary_key<Table>)
        if (key == i) return true;
    return false;
}

/// Whether the primary key is an `Id<Row>`.
template <class Table>
inline constexpr bool has_id_key = has_id<typename Table::row_type>;

/// The column of that id.
template <class Table>
    requires has_id_key<Table>
inline constexpr std::size_t id_column = primary_key<Table>[0];

namespace detail {

template <class Option>
constexpr bool option_sets_default(std::size_t i) noexcept
{
    if constexpr (requires { Option::tenantry_default; })
        return Option::tenantry_members::contains(i);
    else
        return false;
}

template <class... Options>
constexpr bool options_set_default(TypeList<Options...>, [[maybe_unused]] std::size_t i) noexcept
{
    return (option_sets_default<Options>(i) || ...);
}

} // namespace detail

/// Whether column i has a `Default`.
template <class Table>
[[nodiscard]] constexpr bool has_default(std::size_t i) noexcept
{
    return detail::options_set_default(typename Table::options{}, i);
}

namespace detail {

template <class Option>
constexpr bool option_generates(std::size_t i) noexcept
{
    if constexpr (requires { requires Option::tenantry_generated; })
        return Option::tenantry_members::contains(i);
    else
        return false;
}

template <class... Options>
constexpr bool options_generate(TypeList<Options...>, [[maybe_unused]] std::size_t i) noexcept
{
    return (option_generates<Options>(i) || ...);
}

template <std::size_t M, std::size_t N>
constexpr bool all_in(const std::array<std::size_t, M>& some, const std::array<std::size_t, N>& all) noexcept
{
    for (const std::size_t i : some) {
        bool found = false;
        for (const std::size_t j : all) found = found || i == j;
        if (!found) return false;
    }
    return true;
}

// Whether two lists of columns are the same but for their order.
template <std::size_t M, std::size_t N>
constexpr bool same_columns(const std::array<std::size_t, M>& a, const std::array<std::size_t, N>& b) noexcept
{
    return M == N && all_in(a, b) && all_in(b, a);
}

template <class Option, std::size_t N>
constexpr bool option_is_unique(const std::array<std::size_t, N>& columns) noexcept
{
    if constexpr (requires { requires Option::tenantry_unique; })
        return same_columns(Option::tenantry_members::indices(), columns);
    else
        return false;
}

template <class... Options, std::size_t N>
constexpr bool options_make_unique(TypeList<Options...>, const std::array<std::size_t, N>& columns) noexcept
{
    return (option_is_unique<Options>(columns) || ...);
}

} // namespace detail

/// Whether the database computes column i, so that no statement writes it.
template <class Table>
[[nodiscard]] constexpr bool is_generated(std::size_t i) noexcept
{
    return detail::options_generate(typename Table::options{}, i);
}

/// Whether these columns, in any order, are the primary key, a `Unique` or a `UniqueIndex`: what
/// `on_conflict` may name.
template <class Table, std::size_t N>
[[nodiscard]] constexpr bool is_unique_key(const std::array<std::size_t, N>& columns) noexcept
{
    return detail::same_columns(primary_key<Table>, columns) ||
           detail::options_make_unique(typename Table::options{}, columns);
}

namespace detail {

template <class... Options>
constexpr bool any_autoincrement(TypeList<Options...>) noexcept
{
    return (requires { Options::tenantry_autoincrement; } || ...);
}
template <class... Options>
constexpr bool any_without_rowid(TypeList<Options...>) noexcept
{
    return (requires { Options::tenantry_without_rowid; } || ...);
}
template <class... Options>
constexpr bool any_not_strict(TypeList<Options...>) noexcept
{
    return (requires { Options::tenantry_not_strict; } || ...);
}

} // namespace detail

/// Whether rows can be written: not those of a view, nor those that are kept in step with another table's.
template <class Table>
inline constexpr bool is_writable =
    !requires { Table::tenantry_read_only; } && !requires { requires Table::tenantry_kept_in_step; };

namespace detail {

template <class Part, class Row>
consteval bool is_full_text_of() noexcept
{
    if constexpr (requires { requires Part::tenantry_kept_in_step; })
        return std::same_as<typename Part::content, Row>;
    else
        return false;
}

template <class Row, class... Parts>
consteval bool any_full_text_of(TypeList<Parts...>) noexcept
{
    return (is_full_text_of<Parts, Row>() || ...);
}

} // namespace detail

/// Whether triggers keep a full-text table in step with the row's table.
template <class S, class Row>
inline constexpr bool has_full_text = detail::any_full_text_of<Row>(detail::parts_of<S>{});

/// Whether the table is a virtual one.
template <class Table>
inline constexpr bool is_virtual = requires { requires Table::tenantry_virtual; };

/// Whether ids of the table are never given twice.
template <class Table>
inline constexpr bool is_autoincrement = detail::any_autoincrement(typename Table::options{});

/// Whether the table has no rowid.
template <class Table>
inline constexpr bool is_without_rowid = detail::any_without_rowid(typename Table::options{});

/// Whether SQLite keeps the storage of the table's columns.
template <class S, class Table>
inline constexpr bool is_strict =
    !detail::any_not_strict(detail::parts_of<S>{}) && !detail::any_not_strict(typename Table::options{});

/// Whether a field is a foreign key, `Id<Other>` or `optional<Id<Other>>`, or an id itself.
template <class Field>
concept IdField = detail::Reference<Field>::is_reference;

/// The row an id field means.
template <IdField Field>
using referenced_row = typename detail::Reference<Field>::row;

} // namespace tenantry
