// Running an INSERT, and finding out its keys; running a statement for each of many rows.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/concepts.hpp>
#include <tenantry/query/detail/fetch.hpp>
#include <tenantry/query/detail/insert_row.hpp>
#include <tenantry/query/detail/origin.hpp>
#include <tenantry/query/detail/reading.hpp>
#include <tenantry/query/detail/record_mark.hpp>
#include <tenantry/query/insert.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry {

/// Who rolls back what a statement has done when a later part of it fails.
enum class RolledBackBy : bool {
    execute, ///< `execute` itself, so that what was done before it stays
    caller,  ///< the caller, with everything else: nothing needs to be paid for it here
};

namespace detail {

// An id or key of a connection's tenant.
template <class Made>
[[nodiscard]] constexpr Made make_key(typename Made::value_type value, std::uint64_t incarnation)
{
    using Row = typename Made::row_type;
    if constexpr (KeyType<Made>)
        return IdAccess::key<Row, typename Made::scope_type>(std::move(value), incarnation);
    else
        return IdAccess::id<Row, typename Made::value_type>(std::move(value), incarnation);
}

// The key of the row that was inserted last on this connection. `given`: the row, null where there was none or
// its id was left to the database.
template <class Made, class Row>
[[nodiscard]] Result<Made> inserted_key(const sqlite::Connection& connection, const Row* given,
                                        [[maybe_unused]] const MadeId<Row>& made)
{
    using Value = id_value_t<Row>;
    if (given != nullptr) {
        const auto& id = get_field<id_index<Row>>(*given);
        if (id.has_value()) return make_key<Made>(id.value(), connection.incarnation());
    }
    if constexpr (MadeId<Row>::possible) {
        return make_key<Made>(*made.value, connection.incarnation());
    } else if constexpr (std::integral<Value>) {
        const std::int64_t rowid = connection.last_insert_rowid();
        if (!std::in_range<Value>(rowid)) [[unlikely]]
            return fail(errc::value_misfit, "the id of the inserted row is beyond the range of its type");
        return make_key<Made>(static_cast<Value>(rowid), connection.incarnation());
    } else {
        return fail(errc::internal, "a row without an id was inserted");
    }
}

template <class T>
struct made_of {
    using type = T;
};
template <class T>
struct made_of<std::optional<T>> {
    using type = T;
};

// Whether the key that an insert gives may turn out not to fit its type when the row is there already.
template <class Value, class Q>
[[nodiscard]] consteval bool key_may_misfit() noexcept
{
    using Made = typename made_of<Value>::type;
    if constexpr (requires { typename Q::query_type; }) {
        return key_may_misfit<Value, typename Q::query_type>();
    } else if constexpr (requires { Q::traits::returns_key; } && requires { typename Made::row_type; }) {
        // SQLite makes integer ids of any 64 bits. Others come out of the database only where they are read back.
        using Id = typename Made::value_type;
        return (std::integral<Id> || Q::traits::returns_key) && !std::same_as<Id, std::int64_t>;
    } else {
        return false;
    }
}

template <class Row>
struct OnlyId {
    template <class S>
    static consteval std::array<Origin, 1> origins()
    {
        return {origin_of_fields<S, Row, id_index<Row>, 1>()};
    }
};

// One run of a statement whose values are bound: what it gives by itself.
template <class S, class One, class Q, class Row>
[[nodiscard]] Result<One> run_one(sqlite::Connection& connection, sqlite::StatementLease& statement,
                                  [[maybe_unused]] const Row* given, [[maybe_unused]] const MadeId<Row>& made)
{
    using Traits = typename Q::traits;
    if constexpr (Traits::is_query) {
        if (auto done = statement.run(); !done) [[unlikely]]
            return fail(std::move(done).error());
        return connection.changes();
    } else if constexpr (Traits::returns_key) {
        using Reading = ScalarReading<typename made_of<One>::type>;
        constexpr const ResultColumns& columns = columns_of_subject<S, Reading, OnlyId<Row>>;
        if constexpr (Traits::may_pass_over)
            return fetch_first_of_changed<Reading>(statement, columns);
        else
            return fetch_one<Reading>(statement, columns);
    } else {
        if (auto done = statement.run(); !done) [[unlikely]]
            return fail(std::move(done).error());
        if constexpr (std::is_void_v<One>) {
            return {};
        } else if constexpr (std::same_as<One, bool>) {
            return connection.changes() > 0;
        } else if constexpr (Traits::may_pass_over) {
            if (connection.changes() == 0) return One();
            auto key = inserted_key<typename One::value_type>(connection, given, made);
            if (!key) [[unlikely]]
                return fail(std::move(key).error());
            return One(std::move(*key));
        } else {
            return inserted_key<One>(connection, given, made);
        }
    }
}

// The row whose id says what the key will be.
template <class Q, class Row>
[[nodiscard]] const Row* row_with_id(const Row& row) noexcept
{
    return Q::traits::subject::omits_id ? nullptr : &row;
}

template <class S, class Rows, class Q>
[[nodiscard]] Result<result_t<S, Rows, Q>> run_insert(sqlite::Connection& connection,
                                                      sqlite::StatementLease& statement, const Q& query)
{
    using Row = typename Q::row_type;
    InsertParameters<S, sqlite::StatementLease, Row> to(statement);
    query.bind(to);
    const Row* given = nullptr;
    if constexpr (requires { query.values().row.get(); }) given = row_with_id<Q>(query.values().row.get());
    return run_one<S, result_t<S, Rows, Q>, Q>(connection, statement, given, to.made());
}

// All of it or nothing, where it is more than one statement.
template <class Run>
[[nodiscard]] auto run_as_one(sqlite::Connection& connection, Run&& run) -> decltype(run())
{
    if (connection.in_transaction()) {
        auto part = sqlite::Savepoint::begin(connection);
        if (!part) return fail(std::move(part).error());
        auto done = run();
        if (!done) return done;
        if (auto kept = part->release(); !kept) return fail(std::move(kept).error());
        return done;
    }
    auto whole = sqlite::Transaction::begin(connection);
    if (!whole) return fail(std::move(whole).error());
    auto done = run();
    if (!done) return done;
    if (auto committed = whole->commit(); !committed) return fail(std::move(committed).error());
    return done;
}

// Adds what one run has given to what all give.
template <class S, class Rows, class Q, class Given>
[[nodiscard]] Result<void> add_run(sqlite::Connection& connection, sqlite::StatementLease& statement,
                                   const Q& query, const Given& given, result_t<S, Rows, Q>& all)
{
    using Row = typename Q::row_type;
    const Row& row = given;
    InsertParameters<S, sqlite::StatementLease, Row> to(statement, &row);
    refuse_strange_record(to, given);
    query.bind(to);
    if constexpr (GivesRows<Q, Rows>) {
        using Reading = typename Q::template reading<Rows>;
        return fetch_rows(statement, result_columns<S, Q, Reading>, &read_behind<Reading>, &all);
    } else if constexpr (has_id<Row> && requires { typename Q::inserted_row; }) {
        using One = typename Q::template result_of_one<Rows>;
        auto one = run_one<S, One, Q>(connection, statement, row_with_id<Q>(row), to.made());
        if (!one) [[unlikely]]
            return fail(std::move(one).error());
        all.push_back(std::move(*one));
        return {};
    } else {
        if (auto done = statement.run(); !done) [[unlikely]]
            return fail(std::move(done).error());
        all += connection.changes();
        return {};
    }
}

template <class S, class Rows, class Q>
[[nodiscard]] Result<result_t<S, Rows, Q>> run_each(sqlite::Connection& connection,
                                                    sqlite::StatementLease& statement, const Q& query,
                                                    RolledBackBy by)
{
    using All = result_t<S, Rows, Q>;
    const auto& rows = query.values().rows.get();
    const auto end = std::ranges::end(rows);
    const auto run = [&]() -> Result<All> {
        Result<All> all;
        if constexpr (std::ranges::sized_range<decltype(rows)> && requires { all->reserve(1); })
            all->reserve(std::ranges::size(rows));
        for (auto row = std::ranges::begin(rows); row != end; ++row) {
            if (auto done = add_run<S, Rows>(connection, statement, query, *row, *all); !done) [[unlikely]] {
                statement.reset(); // before what it did is rolled back
                all = fail(std::move(done).error());
                return all;
            }
            statement.reset();
        }
        return all;
    };
    auto second = std::ranges::begin(rows);
    const bool is_one_statement = second == end || ++second == end;
    if (by == RolledBackBy::caller || is_one_statement) return run();
    return run_as_one(connection, run);
}

} // namespace detail

} // namespace tenantry
