// The rows that a statement gives, as the query wants them: all, the first, the only one.
#pragma once

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/query/cardinality.hpp>
#include <tenantry/query/concepts.hpp>
#include <tenantry/query/misfit.hpp>
#include <tenantry/query/origin.hpp>
#include <tenantry/sqlite/statement.hpp>

namespace tenantry::detail {

// In these three there is one object that all returns name, so that it is made where the caller wants it and
// rows are never moved.

// Adds all rows to those there are.
template <class Reading>
[[nodiscard]] Result<void> fetch_onto(sqlite::StatementLease& statement, const ResultColumns& columns,
                                      std::vector<typename Reading::type>& rows)
{
    for (;;) {
        Result<bool> row = statement.step();
        if (!row) [[unlikely]]
            return fail(std::move(row).error());
        if (!*row) return {};
        int column = 0;
        sqlite::Misfit misfit{};
        if constexpr (std::same_as<typename Reading::type, bool>) {
            bool value{}; // a vector<bool> has no place to read into
            misfit = Reading::read(statement, value, column);
            rows.push_back(value);
        } else {
            misfit = Reading::read(statement, rows.emplace_back(), column);
        }
        if (misfit != sqlite::Misfit::none) [[unlikely]]
            return fail(misfit_error(statement, misfit, column, columns));
    }
}

template <class Reading>
[[nodiscard]] Result<std::vector<typename Reading::type>> fetch_all(sqlite::StatementLease& statement,
                                                                    const ResultColumns& columns)
{
    Result<std::vector<typename Reading::type>> rows;
    if (auto done = fetch_onto<Reading>(statement, columns, *rows); !done) [[unlikely]]
        rows = fail(std::move(done).error());
    return rows;
}

template <class Reading>
[[nodiscard]] Result<std::optional<typename Reading::type>> fetch_first(sqlite::StatementLease& statement,
                                                                        const ResultColumns& columns)
{
    Result<std::optional<typename Reading::type>> found;
    Result<bool> row = statement.step();
    if (!row) [[unlikely]] {
        found = fail(std::move(row).error());
    } else if (*row) {
        int column = 0;
        const sqlite::Misfit misfit = Reading::read(statement, found->emplace(), column);
        if (misfit != sqlite::Misfit::none) [[unlikely]]
            found = fail(misfit_error(statement, misfit, column, columns));
    }
    return found;
}

template <class Reading>
[[nodiscard]] Result<typename Reading::type> fetch_one(sqlite::StatementLease& statement,
                                                       const ResultColumns& columns)
{
    Result<typename Reading::type> found;
    Result<bool> row = statement.step();
    if (!row) [[unlikely]] {
        found = fail(std::move(row).error());
    } else if (!*row) {
        found = fail(std::move(Error(errc::no_such_row).with_sql(statement.sql())));
    } else {
        int column = 0;
        const sqlite::Misfit misfit = Reading::read(statement, *found, column);
        if (misfit != sqlite::Misfit::none) [[unlikely]] {
            found = fail(misfit_error(statement, misfit, column, columns));
        } else if (row = statement.step(); !row) [[unlikely]] {
            found = fail(std::move(row).error());
        } else if (*row) {
            found = fail(std::move(Error(errc::too_many_rows).with_sql(statement.sql())));
        }
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
        if (auto done = statement.run(); !done) found = fail(std::move(done).error());
    return found;
}

template <class Q, class Rows>
concept GivesRows = requires { typename Q::template reading<Rows>; };

template <class S, class Rows, class Q>
[[nodiscard]] Result<result_t<S, Rows, Q>> fetch(sqlite::StatementLease& statement)
{
    using Reading = typename Q::template reading<Rows>;
    constexpr const ResultColumns& columns = result_columns<S, Q, Reading>;
    if constexpr (!requires { Q::how_many; }) {
        return fetch_all<Reading>(statement, columns);
    } else if constexpr (Q::how_many == Cardinality::one) {
        return fetch_one<Reading>(statement, columns);
    } else if constexpr (!Q::writes) {
        return fetch_first<Reading>(statement, columns);
    } else {
        return fetch_first_of_changed<Reading>(statement, columns);
    }
}

} // namespace tenantry::detail
