// Takes over a database that others have made, as it is.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/compare.hpp>
#include <tenantry/migrate/detail/automatic.hpp>
#include <tenantry/migrate/detail/by_history.hpp>
#include <tenantry/migrate/history.hpp>
#include <tenantry/migrate/ledger.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry {

/// Notes in a ledger that the database fits the declaration. Nothing else in it is written: not its tables, and not
/// its `user_version`, now or later. What differs otherwise (constraints, defaults, indexes) stays as it is until the
/// declaration changes; `compare` shows it. With a history, its revisions count as run.
///
/// Errors: migration_failed (declared rows cannot be written; the message says why), history_mismatch (it has a
/// ledger already), busy, and those of input and output.
[[nodiscard]] Result<Comparison> adopt(sqlite::Connection& connection, const SchemaInfo& declared,
                                       const History* history = nullptr);

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/adopt.ipp>
#endif
