// Running a statement on a connection.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/query/cardinality.hpp>
#include <tenantry/query/check.hpp>
#include <tenantry/query/concepts.hpp>
#include <tenantry/query/misfit.hpp>
#include <tenantry/query/parameters.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/query/statement_text.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry {

namespace detail {

template <class S, class Reading>
consteval std::string_view table_of_reading()
{
    if constexpr (!std::is_void_v<typename Reading::row>)
        if constexpr (has_table<S, typename Reading::row>) return table_name<S, typename Reading::row>;
    return {};
}

template <class S, class Reading>
consteval int id_of_reading()
{
    if constexpr (!std::is_void_v<typename Reading::row>)
        if constexpr (has_table<S, typename Reading::row>)
            if constexpr (has_id_key<table_of<S, typename Reading::row>>)
                return static_cast<int>(id_column<table_of<S, typename Reading::row>>);
    return -1;
}

template <class S, class Reading>
[[nodiscard]] Error misfit_of(const sqlite::BasicStatement& statement, sqlite::Misfit misfit, int column)
{
    return misfit_error(statement, misfit, column, Reading::expected, table_of_reading<S, Reading>(),
                        id_of_reading<S, Reading>());
}

// In these three there is one object that all returns name, so that it is made where the caller wants it and
// rows are never moved.

template <class S, class Reading>
[[nodiscard]] Result<std::vector<typename Reading::type>> fetch_all(sqlite::StatementLease& statement)
{
    Result<std::vector<typename Reading::type>> rows;
    for (;;) {
        Result<bool> row = statement.step();
        if (!row) [[unlikely]] {
            rows = fail(std::move(row).error());
            return rows;
        }
        if (!*row) return rows;
        int column = 0;
        sqlite::Misfit misfit{};
        if constexpr (std::same_as<typename Reading::type, bool>) {
            bool value{}; // a vector<bool> has no place to read into
            misfit = Reading::read(statement, value, column);
            rows->push_back(value);
        } else {
            misfit = Reading::read(statement, rows->emplace_back(), column);
        }
        if (misfit != sqlite::Misfit::none) [[unlikely]] {
            rows = fail(misfit_of<S, Reading>(statement, misfit, column));
            return rows;
        }
    }
}

template <class S, class Reading>
[[nodiscard]] Result<std::optional<typename Reading::type>> fetch_first(sqlite::StatementLease& statement)
{
    Result<std::optional<typename Reading::type>> found;
    Result<bool> row = statement.step();
    if (!row) [[unlikely]] {
        found = fail(std::move(row).error());
    } else if (*row) {
        int column = 0;
        const sqlite::Misfit misfit = Reading::read(statement, found->emplace(), column);
        if (misfit != sqlite::Misfit::none) [[unlikely]]
            found = fail(misfit_of<S, Reading>(statement, misfit, column));
    }
    return found;
}

template <class S, class Reading>
[[nodiscard]] Result<typename Reading::type> fetch_one(sqlite::StatementLease& statement)
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
            found = fail(misfit_of<S, Reading>(statement, misfit, column));
        } else if (row = statement.step(); !row) [[unlikely]] {
            found = fail(std::move(row).error());
        } else if (*row) {
            found = fail(std::move(Error(errc::too_many_rows).with_sql(statement.sql())));
        }
    }
    return found;
}

template <class Q>
concept Inserts = requires { Q::inserts; };

template <class Q, class Rows>
concept GivesRows = requires { typename Q::template reading<Rows>; };

template <class Q>
inline constexpr bool is_raw = [] {
    if constexpr (requires { Q::is_raw; })
        return Q::is_raw;
    else
        return false;
}();

template <class Q>
[[nodiscard]] consteval bool counts_changes()
{
    if constexpr (requires { Q::raw_text.changes_rows; })
        return Q::raw_text.changes_rows;
    else
        return true;
}

template <class S, class Rows, class Q>
[[nodiscard]] Result<result_t<S, Rows, Q>> run_insert(sqlite::Connection& connection,
                                                      sqlite::StatementLease& statement, const Q& query)
{
    using Made = result_t<S, Rows, Q>;
    typename Q::made_id made{};
    Parameters<S, sqlite::StatementLease> to(statement);
    query.bind(to, made);
    if (auto done = statement.run(); !done) [[unlikely]]
        return fail(std::move(done).error());
    if constexpr (std::is_void_v<Made>) {
        return {};
    } else if constexpr (std::same_as<Made, bool>) {
        return connection.changes() > 0;
    } else if constexpr (Q::ignores) {
        if (connection.changes() == 0) return Made();
        auto key = query.template key<typename Made::value_type>(connection, made);
        if (!key) return fail(std::move(key).error());
        return Made(*key);
    } else {
        return query.template key<Made>(connection, made);
    }
}

template <class S, class Rows, class Q>
[[nodiscard]] Result<result_t<S, Rows, Q>> fetch(sqlite::StatementLease& statement)
{
    using Reading = typename Q::template reading<Rows>;
    if constexpr (!requires { Q::how_many; }) {
        return fetch_all<S, Reading>(statement);
    } else if constexpr (Q::how_many == Cardinality::one) {
        return fetch_one<S, Reading>(statement);
    } else if constexpr (!Q::writes) {
        return fetch_first<S, Reading>(statement);
    } else {
        auto found = fetch_first<S, Reading>(statement);
        // What it changed is committed only at its end, and only there it can fail to be.
        if (found && *found)
            if (auto done = statement.run(); !done) found = fail(std::move(done).error());
        return found;
    }
}

} // namespace detail

/// Runs a statement of schema S and gives its result, rows as `Rows` has them. Synchronous; the connection is
/// used by nobody else meanwhile. Nothing is left open: the statement is reset when this returns.
///
/// Errors: those of the connection; value_misfit where a stored value does not fit the field it is read into,
/// with table, column and row in the message; wrong_tenant for an id of another tenant among the values.
template <class S, class Rows = PlainRows, Statement Q>
[[nodiscard]] Result<result_t<S, Rows, Q>> execute(sqlite::Connection& connection, const Q& query)
{
    static_assert(detail::check_statement<S, void, Q>());
    auto statement = connection.statement(statement_text<S, shape_t<Q>>());
    if (!statement) [[unlikely]]
        return fail(std::move(statement).error());
    if constexpr (detail::Inserts<Q>) {
        return detail::run_insert<S, Rows>(connection, *statement, query);
    } else {
        detail::Parameters<S, sqlite::StatementLease> to(*statement);
        query.bind(to);
        if constexpr (detail::GivesRows<Q, Rows>) {
            using Reading = typename Q::template reading<Rows>;
            if constexpr (detail::is_raw<Q>)
                if (static_cast<std::size_t>(statement->column_count()) != Reading::expected.size())
                    [[unlikely]]
                    return fail(detail::columns_error(*statement, Reading::expected.size()));
            return detail::fetch<S, Rows, Q>(*statement);
        } else {
            if (auto done = statement->run(); !done) [[unlikely]]
                return fail(std::move(done).error());
            return detail::counts_changes<Q>() ? connection.changes() : 0;
        }
    }
}

} // namespace tenantry
