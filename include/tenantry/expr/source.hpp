// What a column belongs to: a table, spelt as its row, or a table under another name.
#pragma once

#include <string_view>
#include <type_traits>

#include <tenantry/core/detail/fixed_string.hpp>

namespace tenantry {

/// A row's table under a name of its own, for statements that read one table twice. It stands wherever a row
/// names a table to read: `select<Alias<"a", Job>>()`, `.join(table<Alias<"b", Job>>, ...)`. Its columns are
/// `alias<"a">[col<&Job::cost>]`.
template <FixedString Name, class Row>
struct Alias {
    /// The row.
    using row_type = Row;
    /// Its name in the query.
    static constexpr std::string_view name = Name.view();
};

namespace detail {

template <class Source>
struct source_traits {
    using row = Source;
    static constexpr bool is_alias = false;
    static constexpr std::string_view alias{};
};
template <FixedString Name, class Row>
struct source_traits<Alias<Name, Row>> {
    using row = Row;
    static constexpr bool is_alias = true;
    static constexpr std::string_view alias = Name.view();
};

template <class Source>
struct TableTag {
    using source = Source;
};

template <class T>
inline constexpr bool is_table_tag = false;
template <class Source>
inline constexpr bool is_table_tag<TableTag<Source>> = true;

// Whether an argument is table<Source>.
template <class T>
concept AnyTableTag = is_table_tag<std::remove_cvref_t<T>>;

// The row whose columns a source has.
template <class Source>
using source_row = typename source_traits<Source>::row;

template <class Source>
inline constexpr bool is_alias = source_traits<Source>::is_alias;

// The sources of a statement whose row may be missing in its result, since they were joined from the left.
template <class... Sources>
struct MissingSources {
    static constexpr bool any = sizeof...(Sources) > 0;
    template <class Source>
    static constexpr bool contains = (std::is_same_v<Source, Sources> || ...);
};

// Distinguishes rows where text is made: its address.
template <class Row>
inline constexpr char row_mark = 0;

} // namespace detail

/// A table as an argument, by its row: `.from(table<Job>)`, `.join(table<User>)`, `.join(table<Alias<"boss", Employee>>,
/// condition)`; `.into(table<Load>)` makes one of a query, for which a struct is enough. `Table<"job", Job>` in a schema
/// declares what `table<Job>` means.
template <class Source>
inline constexpr detail::TableTag<Source> table{};

} // namespace tenantry
