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

    template <class Q>
    [[nodiscard]] auto execute(const Q& query)
    {
        static_assert(tenantry::check_query<S, Q>());
        return tenantry::execute<S, tenantry::Records<S>>(connection_, query);
    }
    template <class Q>
    [[nodiscard]] tenantry::Result<void> run(const Q& query)
    {
        auto done = execute(query);
        if (!done) return tenantry::fail(std::move(done).error());
        return {};
    }
    template <class Q>
    [[nodiscard]] auto first(const Q& query)
    {
        return execute(tenantry::first(query));
    }
    template <class Q>
    [[nodiscard]] auto one(const Q& query)
    {
        return execute(tenantry::one(query));
    }
    template <class Q>
    [[nodiscard]] auto all(const Q& query)
    {
        return execute(query);
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
    static tenantry::sqlite::Connection open(tenantry::sqlite::Profile profile)
    {
        profile.trusted_schema = tenantry::schema_info<S>().needs_trust; // as a fleet does it
        return tenantry::test::must(tenantry::sqlite::Connection::open_memory(profile));
    }

    tenantry::sqlite::Connection connection_;
};

} // namespace docs
