// The rows that a statement gives, as the query wants them: all, the first, the only one.
#pragma once

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/query/detail/misfit.hpp>
#include <tenantry/query/detail/origin.hpp>
#include <tenantry/sqlite/statement.hpp>

namespace tenantry::detail {

// Reads the statement's row to where rows go.
using ReadRow = sqlite::Misfit (*)(sqlite::StatementLease& from, void* rows, int& column);

// The next row, if there is one. Written once for all queries; so are the three below, but for their types.
[[nodiscard]] inline Result<bool> fetch_row(sqlite::StatementLease& statement, const ResultColumns& columns,
                                            ReadRow read, void* rows)
{
    Result<bool> row = statement.step();
    if (row && *row) [[likely]] {
        int column = 0;
        const sqlite::Misfit misfit = read(statement, rows, column);
        if (misfit != sqlite::Misfit::none) [[unlikely]]
            row = fail(misfit_error(statement, misfit, column, columns));
    }
    return row;
}

[[nodiscard]] inline Result<void> fetch_rows(sqlite::StatementLease& statement, const ResultColumns& columns,
                                             ReadRow read, void* rows)
{
    for (;;) {
        Result<bool> row = statement.step();
        if (!row) [[unlikely]]
            return fail(std::move(row).error());
        if (!*row) return {};
        int column = 0;
        const sqlite::Misfit misfit = read(statement, rows, column);
        if (misfit != sqlite::Misfit::none) [[unlikely]]
            return fail(misfit_error(statement, misfit, column, columns));
    }
}

// After the row that was wanted: there is no other.
[[nodiscard]] inline Result<void> fetch_end(sqlite::StatementLease& statement)
{
    Result<bool> row = statement.step();
    if (!row) [[unlikely]]
        return fail(std::move(row).error());
    if (*row) return fail(std::move(Error(errc::too_many_rows).with_sql(statement.sql())));
    return {};
}

template <class Reading>
sqlite::Misfit read_behind(sqlite::StatementLease& from, void* rows, int& column)
{
    auto& to = *static_cast<std::vector<typename Reading::type>*>(rows);
    if constexpr (std::same_as<typename Reading::type, bool>) {
        bool value{}; // a vector<bool> has no place to read into
        const sqlite::Misfit misfit = Reading::read(from, value, column);
        to.push_back(value);
        return misfit;
    } else {
        return Reading::read(from, to.emplace_back(), column);
    }
}

template <class Reading>
sqlite::Misfit read_optional(sqlite::StatementLease& from, void* row, int& column)
{
    return Reading::read(from, static_cast<std::optional<typename Reading::type>*>(row)->emplace(), column);
}

template <class Reading>
sqlite::Misfit read_only(sqlite::StatementLease& from, void* row, int& column)
{
    return Reading::read(from, *static_cast<typename Reading::type*>(row), column);
}

// In these three there is one object that all returns name, so that it is made where the caller wants it and
// rows are never moved.

template <class Reading>
[[nodiscard]] Result<std::vector<typename Reading::type>> fetch_all(sqlite::StatementLease& statement,
                                                                    const ResultColumns& columns)
{
    Result<std::vector<typename Reading::type>> rows;
    if (auto done = fetch_rows(statement, columns, &read_behind<Reading>, &*rows); !done) [[unlikely]]
        rows = fail(static_cast<Error&&>(done.error()));
    return rows;
}

template <class Reading>
[[nodiscard]] Result<std::optional<typename Reading::type>> fetch_first(sqlite::StatementLease& statement,
                                                                        const ResultColumns& columns)
{
    Result<std::optional<typename Reading::type>> found;
    if (auto row = fetch_row(statement, columns, &read_optional<Reading>, &*found); !row) [[unlikely]]
        found = fail(static_cast<Error&&>(row.error()));
    return found;
}

template <class Reading>
[[nodiscard]] Result<typename Reading::type> fetch_one(sqlite::StatementLease& statement,
                                                       const ResultColumns& columns)
{
    Result<typename Reading::type> found;
    if (auto row = fetch_row(statement, columns, &read_only<Reading>, &*found); !row) [[unlikely]] {
        found = fail(static_cast<Error&&>(row.error()));
    } else if (!*row) {
        found = fail(std::move(Error(errc::no_such_row).with_sql(statement.sql())));
    } else if (auto end = fetch_end(statement); !end) [[unlikely]] {
        found = fail(static_cast<Error&&>(end.error()));
    }
    return found;
}

// The first of the rows that the statement has changed. What it changed is committed only at its end, and only there it
// can fail to be.
template <class Reading>
[[nodiscard]] Result<std::optional<typename Reading::type>> fetch_first_of_changed(
    sqlite::StatementLease& statement, const ResultColumns& columns)
{
    auto found = fetch_first<Reading>(statement, columns);
    if (found && *found)
        if (auto done = statement.run(); !done) found = fail(static_cast<Error&&>(done.error()));
    return found;
}

template <class Q, class Rows>
concept GivesRows = requires { typename Q::template reading<Rows>; };

} // namespace tenantry::detail
