// Where the columns of a result come from, so that a value that does not fit can be found in the database.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry::detail {

// Columns of a result that stand side by side and belong together: a whole row, or a single column.
struct Origin {
    int width = 1;
    const char* source = nullptr; // the mark of what they belong to, null where it is no table of the schema
    std::string_view table{};
    const std::string_view* names = nullptr; // of each column, in the table
    int id = -1;                             // which of them is the row's id
};

// What is to be known of a result's columns where one of its values does not fit.
struct ResultColumns {
    std::span<const sqlite::Storage> expected;
    std::span<const Origin> origins; // of the columns, from the left; none where it is not known
};

// `Count` columns of a source, from field `First` on.
template <class S, class Source, std::size_t First, std::size_t Count>
consteval Origin origin_of_fields()
{
    using Row = source_row<Source>;
    Origin made{.width = static_cast<int>(Count)};
    if constexpr (has_table<S, Row>) {
        using Table = table_of<S, Row>;
        made.source = &row_mark<Source>;
        made.table = Table::name;
        made.names = column_names<Table>.data() + First;
        if constexpr (has_id_key<Table>)
            if (constexpr std::size_t id = id_column<Table>; id >= First && id < First + Count)
                made.id = static_cast<int>(id - First);
    }
    return made;
}

template <class S, class Source>
consteval Origin origin_of_row()
{
    return origin_of_fields<S, Source, 0, field_count<source_row<Source>>>();
}

// Of a set operation: what is the same on both sides.
constexpr void keep_common(std::span<Origin> some, std::span<const Origin> others) noexcept
{
    std::size_t at = 0;
    int column = 0;
    int other_column = 0;
    for (Origin& one : some) {
        while (at < others.size() && other_column < column) other_column += others[at++].width;
        if (at == others.size() || other_column != column || others[at].source != one.source ||
            others[at].names != one.names || others[at].width != one.width)
            one = Origin{.width = one.width};
        column += one.width;
    }
}

// A subject has `origins<S>()`; it is void where nothing is known.
template <class S, class Subject>
inline constexpr auto origins_of = Subject::template origins<S>();

template <class S, class Reading, class Subject>
inline constexpr ResultColumns columns_of_subject{Reading::expected, origins_of<S, Subject>};
template <class S, class Reading>
inline constexpr ResultColumns columns_of_subject<S, Reading, void>{Reading::expected, {}};

// A statement that gives rows has their subject as `result_subject`.

template <class Q>
struct result_subject_of {
    using type = void;
};
template <class Q>
    requires requires { typename Q::result_subject; }
struct result_subject_of<Q> {
    using type = typename Q::result_subject;
};

template <class S, class Q, class Reading>
inline constexpr const ResultColumns& result_columns =
    columns_of_subject<S, Reading, typename result_subject_of<Q>::type>;

} // namespace tenantry::detail
