// What an operation of a handle does when its turn brings a connection: a statement, or a body of the caller's.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/compiler.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/detail/raw_text.hpp>
#include <tenantry/query/detail/run_insert.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/owned_bytes.hpp>
#include <tenantry/tenant/record.hpp>
#include <tenantry/tenant/repeatable.hpp>
#include <tenantry/tenant/tx.hpp>

namespace tenantry::detail {

template <class Q>
[[nodiscard]] consteval RawText raw_text_of() noexcept
{
    if constexpr (requires { Q::raw_text; })
        return Q::raw_text;
    else if constexpr (requires { typename Q::query_type; })
        return raw_text_of<typename Q::query_type>();
    else
        return {};
}

template <class T, class Q>
[[nodiscard]] consteval OperationKind kind_of_query() noexcept
{
    // A batch of rows is as many statements.
    if (is_batch<Q>) return OperationKind::repeatable_body;
    if (raw_text_of<Q>().may_roll_back) return OperationKind::rollback_statement;
    // What it has changed is there before its rows or its key are read.
    const bool may_misfit =
        GivesRows<Q, Records<T>> || key_may_misfit<result_t<schema_of<T>, Records<T>, Q>, Q>();
    return may_misfit || raw_text_of<Q>().may_leave_part ? OperationKind::partial_statement
                                                         : OperationKind::statement;
}

// The work of one statement: an owned query, run on the connection that its turn brings.
template <class T, class Q>
class RunQuery {
public:
    using Value = result_t<schema_of<T>, Records<T>, Q>;
    static constexpr OperationKind kind = kind_of_query<T, Q>();

    explicit RunQuery(Q query) : query_(std::move(query)) {}

    Result<Value> operator()(sqlite::Connection& connection) const
    {
        // What fails is rolled back by what runs it.
        return execute<schema_of<T>, Records<T>>(connection, query_, RolledBackBy::caller);
    }

    [[nodiscard]] std::size_t held_bytes() const
    {
        if constexpr (Q::writes)
            return owned_bytes<schema_of<T>>(query_);
        else
            return 0; // reads are bounded by their number
    }

private:
    Q query_;
};

// The work of a caller's function: `run(connection)` calls it.
template <OperationKind how, class Run>
class RunBody {
public:
    static constexpr OperationKind kind = how;

    explicit RunBody(Run run) : run_(std::move(run)) {}

    auto operator()(sqlite::Connection& connection) -> std::invoke_result_t<Run&, sqlite::Connection&>
    {
        return run_(connection);
    }

private:
    Run run_;
};

template <OperationKind kind, class Run>
[[nodiscard]] RunBody<kind, Run> run_body(Run run)
{
    return RunBody<kind, Run>(std::move(run));
}

template <class Body>
inline constexpr OperationKind body_kind =
    is_repeatable<Body> ? OperationKind::repeatable_body : OperationKind::body;

template <class Body, class T>
using body_result = std::invoke_result_t<Body&, Tx<T>&>;

} // namespace tenantry::detail
