// The queries that find the rows which stand in the way of a change.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/migrate/detail/meaning.hpp>
#include <tenantry/migrate/model.hpp>

namespace tenantry::migrate {

/// An expression for what a row is known by: the primary key as SQL literals, or the rowid.
[[nodiscard]] std::string row_key(const TableModel& table);

/// SQLite's rules for the affinity of a column's type (https://sqlite.org/datatype3.html#determination_of_column_affinity).
enum class Affinity { integer, text, blob, real, numeric };

[[nodiscard]] Affinity affinity_of(std::string_view type);

/// Do two types mean the same? In a STRICT table by name, in others by affinity: INTEGER and NUMERIC keep what they are given
/// alike.
[[nodiscard]] bool same_type(std::string_view a, std::string_view b, bool strict);

/// How what is in a column becomes what it is in the wanted one.
[[nodiscard]] Conversion conversion(const ColumnText& live, const ColumnText& wanted);

/// The name by which a projection has what is in a column that is generated otherwise from now on.
[[nodiscard]] inline std::string former_name(std::string_view column)
{
    return quoted_name("_tenantry_former_" + std::string(column));
}

/// By which name of `live` rows get the number of a rowid alias that is new in `wanted`; empty: they are given one.
[[nodiscard]] inline std::string rowid_for(const TableModel& live, const TableModel& wanted)
{
    return live.text.without_rowid || wanted.text.without_rowid || live.has_rowid_alias() ? std::string()
                                                                                          : live.rowid();
}

/// What a column of numeric affinity keeps of a value: a text that reads as a number becomes one, everything else stays. A
/// CAST would make 0 of it.
[[nodiscard]] inline std::string kept_as_number(const std::string& value)
{
    return "CASE WHEN typeof(" + value + ") = 'text' AND CAST(" + value + " AS NUMERIC) = CAST(" + value +
           " AS TEXT) THEN CAST(" + value + " AS NUMERIC) ELSE " + value + " END";
}

/// What a generated column has, as the affinity of its type leaves it.
[[nodiscard]] std::string kept_in(const ColumnText& generated);

/// A subquery of the rows of `live` as they would be in `wanted`, each with its key: what is new has its default,
/// what is generated its value.
[[nodiscard]] std::string projection(const TableModel& live, const TableModel& wanted);

/// Selects the keys of rows of which another has the same `parts`; NULL is the same as nothing.
[[nodiscard]] std::string duplicates(const TableModel& live, const TableModel& wanted,
                                     const std::vector<std::string>& parts, std::string_view where);

/// Selects the keys of rows that refer to none, as both tables are to be. `other_live` is null where what is referred to is not
/// there yet, `other` where it is not declared.
[[nodiscard]] std::string dangling_rows(const TableModel& live, const TableModel& wanted,
                                        const ConstraintText& constraint, const TableModel* other_live,
                                        const TableModel* other);

/// A condition that is true of values of `column` that would not be the same in a column of `type`; empty where
/// every value is. What SQLite converts and can convert back is the same (https://sqlite.org/datatype3.html).
[[nodiscard]] std::string does_not_fit(const std::string& column, std::string_view type, bool strict);

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/conditions.ipp>
#endif
