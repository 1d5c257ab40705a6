// Running a statement on a connection.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/query/check.hpp>
#include <tenantry/query/concepts.hpp>
#include <tenantry/query/fetch.hpp>
#include <tenantry/query/misfit.hpp>
#include <tenantry/query/parameters.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/query/run_insert.hpp>
#include <tenantry/query/variants.hpp>
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
inline constexpr bool is_raw = [] {
    if constexpr (requires { Q::is_raw; })
        return Q::is_raw;
    else
        return false;
}();

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

} // namespace detail

/// Runs a statement of schema S and gives its result, rows as `Rows` has them. Synchronous; the connection is
/// used by nobody else meanwhile. Nothing is left open: the statement is reset when this returns.
///
/// `by` matters to an insert of several rows alone.
///
/// Errors: those of the connection; value_misfit where a stored value does not fit the field it is read into, with
/// table, column and (if its id is among the results) row in the message; wrong_tenant for an id of another tenant
/// among the values.
template <class S, class Rows = PlainRows, Statement Q>
[[nodiscard]] Result<result_t<S, Rows, Q>> execute(sqlite::Connection& connection, const Q& query,
                                                   [[maybe_unused]] TakenBackBy by = TakenBackBy::execute)
{
    static_assert(detail::check_statement<S, void, Q>());
    auto statement = detail::borrow_statement<S>(connection, query);
    if (!statement) [[unlikely]]
        return fail(std::move(statement).error());
    if constexpr (detail::is_batch<Q>) {
        return detail::run_inserts<S, Rows>(connection, *statement, query, by);
    } else if constexpr (detail::Inserts<Q> && !detail::GivesRows<Q, Rows>) {
        return detail::run_insert<S, Rows>(connection, *statement, query);
    } else {
        typename detail::parameters_of<S, Q>::type to(*statement);
        query.bind(to);
        if constexpr (detail::GivesRows<Q, Rows>) {
            using Reading = typename Q::template reading<Rows>;
            if constexpr (detail::is_raw<Q>)
                if (static_cast<std::size_t>(statement->column_count()) != Reading::expected.size())
                    [[unlikely]]
                    return fail(detail::columns_error(*statement, Reading::expected.size()));
            if constexpr (detail::is_explained<Q>) {
                auto steps = detail::fetch_all<Reading>(*statement, detail::result_columns<S, Q, Reading>);
                if (!steps) return fail(std::move(steps).error());
                return Q::of(std::move(*steps));
            } else {
                return detail::fetch<S, Rows, Q>(*statement);
            }
        } else {
            if (auto done = statement->run(); !done) [[unlikely]]
                return fail(std::move(done).error());
            return detail::counts_changes<Q>() ? connection.changes() : 0;
        }
    }
}

} // namespace tenantry
