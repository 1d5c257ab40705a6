// What the examples of the pages run on: a database in memory that is asked as a transaction is asked.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/tenant/record.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

namespace docs {

/// Stands in for the `tx` of a write body: the same calls, the same results, records and keys among them.
template <class S>
class Database {
public:
    explicit Database(tenantry::sqlite::Profile profile = {}) : connection_(open(std::move(profile)))
    {
        for (const tenantry::SchemaObject& object : tenantry::schema_info<S>().objects)
            tenantry::test::must(connection_.execute(std::string(object.sql).c_str()));
    }

    template <tenantry::ReadQuery Q>
    [[nodiscard]] auto read(const Q& query)
    {
        return execute(query);
    }
    template <tenantry::WriteQuery Q>
    [[nodiscard]] auto write(const Q& statement)
    {
        return execute(statement);
    }
    template <tenantry::WriteQuery Q>
    [[nodiscard]] tenantry::Result<void> run(const Q& statement)
    {
        auto done = execute(statement);
        if (!done) return tenantry::fail(std::move(done).error());
        return {};
    }

    template <class Q, class Body>
    [[nodiscard]] tenantry::Result<void> for_each(const Q& query, Body&& body)
    {
        static_assert(tenantry::check_query<S, Q>());
        return tenantry::for_each<S, tenantry::Records<S>>(connection_, query, body);
    }

    /// For what an example needs around it.
    [[nodiscard]] tenantry::sqlite::Connection& connection() noexcept { return connection_; }

private:
    template <class Q>
    [[nodiscard]] auto execute(const Q& statement)
    {
        static_assert(tenantry::check_query<S, Q>());
        return tenantry::execute<S, tenantry::Records<S>>(connection_, statement);
    }

    static tenantry::sqlite::Connection open(tenantry::sqlite::Profile profile)
    {
        profile.trusted_schema = tenantry::schema_info<S>().needs_trust; // as a fleet does it
        return tenantry::test::must(tenantry::sqlite::Connection::open_memory(profile));
    }

    tenantry::sqlite::Connection connection_;
};

} // namespace docs
