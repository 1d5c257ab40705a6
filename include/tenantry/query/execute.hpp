// Running a statement on a connection.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/query/cardinality.hpp>
#include <tenantry/query/check.hpp>
#include <tenantry/query/concepts.hpp>
#include <tenantry/query/detail/fetch.hpp>
#include <tenantry/query/detail/misfit.hpp>
#include <tenantry/query/detail/origin.hpp>
#include <tenantry/query/detail/parameters.hpp>
#include <tenantry/query/detail/run_insert.hpp>
#include <tenantry/query/detail/variants.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry {

namespace detail {

template <class Q>
concept Inserts = requires { typename Q::inserted_row; };

template <class S, class Q>
struct parameters_of {
    using type = Parameters<S, sqlite::StatementLease>;
};
template <class S, Inserts Q>
struct parameters_of<S, Q> {
    using type = InsertParameters<S, sqlite::StatementLease, typename Q::inserted_row>;
};

template <class Q>
inline constexpr bool is_raw = requires { requires Q::is_raw; };

template <class Q>
inline constexpr bool is_explained = requires { Q::is_explained; };

template <class Q>
[[nodiscard]] consteval bool counts_changes()
{
    if constexpr (requires { Q::raw_text.changes_rows; })
        return Q::raw_text.changes_rows;
    else
        return true;
}

// Of a statement whose rules have been asked.
template <class S, class Rows, class Q>
[[nodiscard]] Result<result_t<S, Rows, Q>> execute_checked(
    sqlite::Connection& connection, const Q& query, [[maybe_unused]] RolledBackBy by = RolledBackBy::execute)
{
    auto statement = borrow_statement<S>(connection, query);
    if (!statement) [[unlikely]]
        return fail(static_cast<Error&&>(statement.error()));
    if constexpr (is_batch<Q>) {
        return run_each<S, Rows>(connection, *statement, query, by);
    } else if constexpr (Inserts<Q> && !GivesRows<Q, Rows>) {
        return run_insert<S, Rows>(connection, *statement, query);
    } else {
        typename parameters_of<S, Q>::type to(*statement);
        query.bind(to);
        if constexpr (GivesRows<Q, Rows>) {
            using Reading = typename Q::template reading<Rows>;
            constexpr const ResultColumns& columns = result_columns<S, Q, Reading>;
            if constexpr (is_raw<Q>)
                if (static_cast<std::size_t>(statement->column_count()) != Reading::expected.size())
                    [[unlikely]]
                    return fail(columns_error(*statement, Reading::expected.size()));
            if constexpr (is_explained<Q>) {
                auto steps = fetch_all<Reading>(*statement, columns);
                if (!steps) return fail(std::move(steps).error());
                return Q::of(std::move(*steps));
            } else if constexpr (!requires { Q::how_many; }) {
                return fetch_all<Reading>(*statement, columns);
            } else if constexpr (Q::how_many == Cardinality::one) {
                return fetch_one<Reading>(*statement, columns);
            } else if constexpr (!Q::writes) {
                return fetch_first<Reading>(*statement, columns);
            } else {
                return fetch_first_of_changed<Reading>(*statement, columns);
            }
        } else {
            if (auto done = statement->run(); !done) [[unlikely]]
                return fail(static_cast<Error&&>(done.error()));
            return counts_changes<Q>() ? connection.changes() : 0;
        }
    }
}

} // namespace detail

/// Runs a statement of schema S and gives its result, rows as `Rows` has them. Synchronous; the connection is
/// used by nobody else meanwhile. Nothing is left open: the statement is reset when this returns.
///
/// `by` matters to a statement of several rows alone.
///
/// Errors: those of the connection; value_misfit where a stored value does not fit the field it is read into, with
/// table, column and (if its id is among the results) row in the message; wrong_tenant for an id of another tenant
/// among the values.
template <class S, class Rows = PlainRows, Statement Q>
[[nodiscard]] Result<result_t<S, Rows, Q>> execute(sqlite::Connection& connection, const Q& query,
                                                   RolledBackBy by = RolledBackBy::execute)
{
    static_assert(detail::check_statement<S, void, Q>());
    return detail::execute_checked<S, Rows>(connection, query, by);
}

} // namespace tenantry
