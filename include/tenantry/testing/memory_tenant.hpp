// A tenant in memory, for tests of statements and transaction bodies.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/random.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/profile.hpp>
#include <tenantry/sqlite/transaction.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/key_for.hpp>
#include <tenantry/tenant/record.hpp>
#include <tenantry/tenant/tx.hpp>

namespace tenantry::testing {

template <SchemaType S>
class MemoryTenant;

} // namespace tenantry::testing

namespace tenantry::detail {

struct TxMaker {
    template <class T>
    [[nodiscard]] static Tx<T> make(sqlite::Connection& connection) noexcept
    {
        return Tx<T>(connection);
    }
};

// So that key_for takes it.
template <class S>
struct handle_traits<testing::MemoryTenant<S>> {
    static constexpr bool is_handle = true;
    using tenant = S;
};

} // namespace tenantry::detail

namespace tenantry::testing {

/// A database of the schema in memory, asked as a tenant is: the same statements, bodies, records, keys and errors, without a
/// file, a thread or a fleet. Queues, limits and other processes are not tested by it: `TemporaryFleet` is for that.
/// Used by one thread at a time.
template <SchemaType S>
class MemoryTenant {
public:
    using tenant_type = S; ///< the scope of its records and keys
    using schema = S;      ///< what is declared

    /// Empty, with all that is declared. `profile` has the functions and collations that statements use. The error is that of
    /// SQLite where it does not take the declaration.
    [[nodiscard]] static Result<MemoryTenant> open(sqlite::Profile profile = {})
    {
        profile.trusted_schema = schema_info<S>().needs_trust; // as a fleet does it
        auto connection = sqlite::Connection::open_memory(profile);
        if (!connection) return fail(std::move(connection).error());
        for (const SchemaObject& object : schema_info<S>().objects)
            if (auto made = connection->execute(std::string(object.sql)); !made)
                return fail(std::move(made).error());
        connection->set_incarnation(detail::random_number());
        return MemoryTenant(std::move(*connection));
    }

    /// As a tenant's: its keys are refused by any other.
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return connection_.incarnation(); }

    /// As `TenantDb::read`.
    template <ReadQuery Q>
    [[nodiscard]] Result<result_t<S, Records<S>, Q>> read(const Q& query)
    {
        static_assert(check_query<S, Q>());
        return execute<S, Records<S>>(connection_, query);
    }

    /// As `TenantDb::for_each`.
    template <ReadQuery Q, class Body>
    [[nodiscard]] Result<void> for_each(const Q& query, Body&& body)
    {
        static_assert(check_query<S, Q>());
        return tenantry::for_each<S, Records<S>>(connection_, query, body);
    }

    /// As `TenantDb::write`, of one statement.
    template <WriteQuery Q>
    [[nodiscard]] Result<result_t<S, Records<S>, Q>> write(const Q& statement)
    {
        static_assert(check_query<S, Q>());
        return execute<S, Records<S>>(connection_, statement);
    }

    /// As `TenantDb::write`, of a transaction: `body(tx)` is committed when it returns a value, and rolled back when it returns
    /// an error or throws.
    template <class Body>
        requires(!Statement<Body> && std::invocable<Body&, Tx<S>&>)
    [[nodiscard]] auto write(Body&& body) -> std::invoke_result_t<Body&, Tx<S>&>
    {
        using Value = typename std::invoke_result_t<Body&, Tx<S>&>::value_type;
        auto transaction = sqlite::Transaction::begin(connection_, sqlite::Behaviour::immediate);
        if (!transaction) return fail(std::move(transaction).error());
        auto work = [&body](sqlite::Connection& connection) -> Result<Value> {
            auto tx = detail::TxMaker::make<S>(connection);
            return body(tx);
        };
        auto result = detail::guarded<Value>(work, connection_);
        if (!result) return result;
        if (auto committed = transaction->commit(); !committed) return fail(std::move(committed).error());
        return result;
    }

    /// One statement, and whether it went well.
    template <WriteQuery Q>
    [[nodiscard]] Result<void> run(const Q& statement)
    {
        auto done = write(statement);
        if (!done) return fail(std::move(done).error());
        return {};
    }

    /// For what a test needs around it.
    [[nodiscard]] sqlite::Connection& connection() noexcept { return connection_; }

private:
    explicit MemoryTenant(sqlite::Connection connection) : connection_(std::move(connection)) {}

    sqlite::Connection connection_;
};

} // namespace tenantry::testing
