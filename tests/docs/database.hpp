// What the examples of the pages run on: a database in memory that is asked as a transaction is asked.
#pragma once

#include <utility>

#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/tenant/record.hpp>
#include <tenantry/testing/memory_tenant.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

namespace docs {

/// Stands in for the `tx` of a write body: the same calls, the same results, records and keys among them.
template <class S>
class Database : public tenantry::testing::MemoryTenant<S> {
public:
    explicit Database(tenantry::sqlite::Profile profile = {})
        : tenantry::testing::MemoryTenant<S>(
              tenantry::test::must(tenantry::testing::MemoryTenant<S>::open(std::move(profile))))
    {}
};

} // namespace docs
