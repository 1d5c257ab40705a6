// A stored value that does not fit: which one, and what was expected.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/binding.hpp>
#include <tenantry/sqlite/codec.hpp>
#include <tenantry/sqlite/statement.hpp>

namespace tenantry::detail {

[[gnu::cold, gnu::noinline]] inline Error columns_error(const sqlite::BasicStatement& statement,
                                                        std::size_t wanted)
{
    Error error(errc::value_misfit, "the result has " + std::to_string(statement.column_count()) +
                                        " columns, and what its rows are read into wants " +
                                        std::to_string(wanted));
    error.with_sql(statement.sql());
    return error;
}

// table: empty where the result is not a table's rows; id_column: -1 where there is none
[[gnu::cold, gnu::noinline]] inline Error misfit_error(const sqlite::BasicStatement& row,
                                                       sqlite::Misfit misfit, int column,
                                                       std::span<const sqlite::Storage> expected,
                                                       std::string_view table, int id_column)
{
    std::string text("column '");
    text.append(row.column_name(column)).append("'");
    if (!table.empty()) text.append(" of table '").append(table).append("'");
    // The id can be read even if it is behind the column that does not fit.
    if (id_column >= 0 && id_column != column && row.storage(id_column) == sqlite::Storage::integer)
        text.append(", row ").append(std::to_string(row.integer(id_column)));
    const sqlite::Storage found = row.storage(column);
    text.append(": expected ")
        .append(storage_name(expected[static_cast<std::size_t>(column)]))
        .append(", found ");
    text.append(found == sqlite::Storage::null ? std::string_view("NULL") : storage_name(found));
    if (found != sqlite::Storage::null) text.append(": ").append(to_string(misfit));
    Error error(errc::value_misfit, std::move(text));
    error.with_sql(row.sql());
    return error;
}

} // namespace tenantry::detail
