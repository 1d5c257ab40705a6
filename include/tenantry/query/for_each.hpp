// for_each(query, body): the rows of a result one after the other, without keeping them.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/core/refusal.hpp>
#include <tenantry/query/cardinality.hpp>
#include <tenantry/query/check.hpp>
#include <tenantry/query/concepts.hpp>
#include <tenantry/query/detail/fetch.hpp>
#include <tenantry/query/detail/misfit.hpp>
#include <tenantry/query/detail/origin.hpp>
#include <tenantry/query/detail/parameters.hpp>
#include <tenantry/query/detail/variants.hpp>
#include <tenantry/query/execute.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry {

namespace detail {

template <class Body, class Row>
inline constexpr bool is_row_body = [] {
    if constexpr (!std::invocable<Body&, Row&>) {
        return false;
    } else {
        using Returned = std::invoke_result_t<Body&, Row&>;
        if constexpr (is_outcome<Returned>)
            return std::is_void_v<typename Returned::value_type>;
        else
            return std::is_void_v<Returned> || std::same_as<Returned, bool>;
    }
}();

// The error type of a body that returns a Result<void, E>, else Error.
template <class Body, class Row>
struct RowBodyError {
    using type = Error;
};
template <class Body, class Row>
    requires std::invocable<Body&, Row&> && is_outcome<std::invoke_result_t<Body&, Row&>>
struct RowBodyError<Body, Row> {
    using type = typename std::invoke_result_t<Body&, Row&>::error_type;
};
template <class Body, class Row>
using row_body_error = typename RowBodyError<std::remove_reference_t<Body>, Row>::type;

// What a walk over the rows of a query gives.
template <class Rows, class Q, class Body>
using walk_result = Result<void, row_body_error<Body, typename Q::template reading<Rows>::type>>;

// Whether the walk goes on; an error ends it.
template <class Body, class Row>
[[nodiscard]] Result<bool, row_body_error<Body, Row>> call_row_body(Body& body, Row& row)
{
    using Returned = std::invoke_result_t<Body&, Row&>;
    if constexpr (std::is_void_v<Returned>) {
        std::invoke(body, row);
        return true;
    } else if constexpr (std::same_as<Returned, bool>) {
        return std::invoke(body, row);
    } else {
        auto done = std::invoke(body, row);
        if (!done) return tl::unexpected(std::move(done).error());
        return true;
    }
}

template <class Body, class Row>
constexpr void require_row_body()
{
    static_assert(
        is_row_body<Body, Row>,
        "tenantry: what walks rows takes a row, body(row), and returns nothing, a bool (false: enough), or a "
        "Result<void>");
    static_assert(check_error_type<Result<void, row_body_error<Body, Row>>>());
}

} // namespace detail

/// Calls `body(row)` for each row of a query's result as SQLite finds it. Only one row is in memory, the same object
/// each time: it may be moved from. The body returns nothing, a bool (false ends the walk), or a `Result<void>` (an
/// error ends it, and is what for_each gives; so with `Result<void, E>` for an error type of the program's own, ErrorType). What the body throws ends it too.
///
/// The statement runs, and its read transaction lasts, until the walk ends. The body may use the connection for other
/// statements; whether rows that it changes meanwhile come (again) is SQLite's affair
/// (https://sqlite.org/isolation.html). Errors as `execute`; where the connection is watched (`Connection::watch`) that is
/// checked before each row, however long the body takes.
template <class S, class Rows = PlainRows, Statement Q, class Body>
[[nodiscard]] auto for_each(sqlite::Connection& connection, const Q& query, Body&& body)
    -> detail::walk_result<Rows, Q, Body>
{
    static_assert(detail::HasRows<Q> && Q::reads && !detail::Inserts<Q>,
                  "tenantry: for_each() walks the rows of a query: a select");
    static_assert(detail::check_statement<S, void, Q>());
    using Reading = typename Q::template reading<Rows>;
    using Row = typename Reading::type;
    detail::require_row_body<Body, Row>();
    if constexpr (detail::is_row_body<Body, Row>) {
        auto statement = detail::borrow_statement<S>(connection, query);
        if (!statement) [[unlikely]]
            return fail(std::move(statement).error());
        detail::Parameters<S, sqlite::StatementLease> to(*statement);
        query.bind(to);
        if constexpr (detail::is_raw<Q>)
            if (static_cast<std::size_t>(statement->column_count()) != Reading::expected.size()) [[unlikely]]
                return fail(detail::columns_error(*statement, Reading::expected.size()));
        Row row{};
        for (;;) {
            Result<bool> there = statement->step();
            if (!there) [[unlikely]]
                return fail(std::move(there).error());
            if (!*there) return {};
            // SQLite checks now and then while it runs, and here the body runs.
            if (auto going_on = connection.may_go_on(); !going_on) [[unlikely]]
                return fail(std::move(going_on.error().with_sql(statement->sql())));
            int column = 0;
            if (const sqlite::Misfit misfit = Reading::read(*statement, row, column);
                misfit != sqlite::Misfit::none) [[unlikely]]
                return fail(
                    detail::misfit_error(*statement, misfit, column, detail::result_columns<S, Q, Reading>));
            auto more = detail::call_row_body(body, row);
            if (!more) [[unlikely]]
                return tl::unexpected(std::move(more).error());
            if (!*more) return {};
        }
    } else {
        return {};
    }
}

} // namespace tenantry
