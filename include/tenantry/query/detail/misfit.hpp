// A stored value that does not fit: which one, and what was expected.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <tenantry/core/error.hpp>
#include <tenantry/query/detail/origin.hpp>
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

// The column in which a result has the id of the row that another of its columns belongs to; -1 where it has none.
[[nodiscard]] inline int id_beside(std::span<const Origin> origins, const Origin& of) noexcept
{
    int begin = 0;
    for (const Origin& each : origins) {
        if (each.id >= 0 && each.source == of.source) return begin + each.id;
        begin += each.width;
    }
    return -1;
}

// Which row it is; nothing where the id itself is damaged.
inline void append_id(std::string& to, const sqlite::BasicStatement& row, int column)
{
    switch (row.storage(column)) {
    case sqlite::Storage::integer: to.append(", row ").append(std::to_string(row.integer(column))); break;
    case sqlite::Storage::text: to.append(", row '").append(row.text(column)).append("'"); break;
    case sqlite::Storage::blob:
        to.append(", row x'");
        for (const std::byte each : row.blob(column)) {
            constexpr std::string_view digits = "0123456789abcdef";
            to += digits[std::to_integer<std::size_t>(each >> 4)];
            to += digits[std::to_integer<std::size_t>(each & std::byte{15})];
        }
        to.append("'");
        break;
    default: break;
    }
}

[[gnu::cold, gnu::noinline]] inline Error misfit_error(const sqlite::BasicStatement& row,
                                                       sqlite::Misfit misfit, int column,
                                                       const ResultColumns& columns)
{
    Origin origin{};
    int begin = 0;
    for (const Origin& each : columns.origins) {
        if (column < begin + each.width) {
            origin = each;
            break;
        }
        begin += each.width;
    }
    const std::string_view name =
        origin.names != nullptr ? origin.names[column - begin] : row.column_name(column);
    std::string text("column '");
    text.append(name).append("'");
    if (!origin.table.empty()) text.append(" of table '").append(origin.table).append("'");
    // The id can be read even if it is behind the column that does not fit.
    const int id = origin.source != nullptr ? id_beside(columns.origins, origin) : -1;
    if (id >= 0 && id != column) append_id(text, row, id);
    const sqlite::Storage found = row.storage(column);
    text.append(": expected ")
        .append(storage_name(columns.expected[static_cast<std::size_t>(column)]))
        .append(", found ");
    text.append(found == sqlite::Storage::null ? std::string_view("NULL") : storage_name(found));
    if (found != sqlite::Storage::null) text.append(": ").append(to_string(misfit));
    Error error(errc::value_misfit, std::move(text));
    error.with_sql(row.sql());
    return error;
}

} // namespace tenantry::detail
