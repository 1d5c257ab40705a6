// What SQLite's planner knows of a database's rows, brought up to date.
#pragma once

#include <optional>
#include <string>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::detail {

// Before 3.46 PRAGMA optimize looks only at tables which this very connection has planned a query of, where an index
// came into question. It is the readers that plan the queries, and they may not write. So one is planned of each index.
[[nodiscard]] Result<void> plan_by_every_index(sqlite::Connection& connection);

// In the transaction that is open. Connections read the statistics with the schema, and know that it has changed by this
// number. Counting it up makes every one of them, other processes' as well, read both again.
[[nodiscard]] Result<void> publish_statistics(sqlite::Connection& connection);

// nullopt: there are none, and never were.
[[nodiscard]] Result<std::optional<std::string>> read_statistics(sqlite::Connection& connection);

/// `PRAGMA optimize` (https://sqlite.org/pragma.html#pragma_optimize) for all tables: those that have grown or shrunk a
/// lot since they were looked at, or never were, are looked at. In little time however many rows there are: no more
/// than some hundred of each index are read. For a connection of maintenance, without the defensive
/// fence.
[[nodiscard]] Result<void> optimize_planner(sqlite::Connection& connection);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/optimize.ipp>
#endif
