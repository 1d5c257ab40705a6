// Brings a database to its declared schema: what a tenant's opening calls.
#pragma once

#include <cstdint>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/detail/automatic.hpp>
#include <tenantry/migrate/detail/by_history.hpp>
#include <tenantry/migrate/history.hpp>
#include <tenantry/migrate/migrated.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry {

/// Makes sure that rows of the declared schema can be written and read.
///
/// `user_version` holds the declaration's fingerprint (see `mix_mark`) once that is so, and a current database costs one read. Else
/// its schema is compared with the declared one, and what loses nothing is done, in one IMMEDIATE transaction with
/// the ledger's row and the mark, or not at all. Of two that come at once one does it and the other finds it done.
/// What is there and not declared is tolerated and reported where rows can be written without it. A database that a
/// newer program has changed is left as it is.
///
/// With a history its revisions are run that the ledger does not have, each in a transaction of its own; late ones
/// too. An empty database gets the declared schema at once. One that has run none is taken to be at the first revision
/// after which the history's schema is its own, but for what no revision knows; and one that a program without a history has
/// left at an older state is brought to the first revision as it would be without a history, in a transaction of its own.
///
/// Errors: destructive_migration (rows would be lost, or are not what is declared; the message says how many rows and
/// which, `Error::plan` has the plan), newer_schema (a newer program's, and rows do not fit it), history_mismatch (a
/// revision that was run was edited or is missing; it has run none, is in none of the history's states, and not known to be
/// older; or it is migrated by a history and none is given), migration_failed (no plan leads there), busy (somebody else is writing: try again), read_only,
/// disk_full, and those of input and output. Not inside a transaction, unless it is current.
[[nodiscard]] Result<Migrated> ensure_schema(sqlite::Connection& connection, const SchemaInfo& declared,
                                             const History* history = nullptr);

namespace migrate {

/// The mark of a database that is current: for such a one `ensure_schema` has nothing to do.
[[nodiscard]] inline std::int64_t current_mark(const SchemaInfo& declared, const History* history)
{
    return history != nullptr ? history->mark(declared.fingerprint) : declared.fingerprint;
}

} // namespace migrate

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/ensure.ipp>
#endif
