// Takes over a database that others have made, as it is.
#pragma once

#include <chrono>
#include <string>
#include <utility>

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
/// declaration changes; `compare` tells it. With a history, its revisions count as run.
///
/// Errors: migration_failed (declared rows cannot be written; the message says why), history_mismatch (it has a
/// ledger already), busy, and those of input and output.
[[nodiscard]] inline Result<Comparison> adopt(sqlite::Connection& connection, const SchemaInfo& declared,
                                              const History* history = nullptr)
{
    using namespace migrate;
    auto transaction = sqlite::Transaction::begin(connection, sqlite::Behaviour::immediate);
    if (!transaction) return fail(std::move(transaction).error());
    auto ledger = Ledger::read(connection);
    if (!ledger) return fail(std::move(ledger).error());
    if (ledger->exists())
        return fail(errc::history_mismatch, "the database has a ledger of migrations already");
    auto found = compare(connection, declared);
    if (!found) return found;
    if (!found->misfits.empty())
        return fail(errc::migration_failed,
                    "the database does not fit the declared schema, and was left as it is: " +
                        joined(found->misfits));
    LedgerRow adopted{.kind = LedgerKind::adopted,
                      .name = "adopted",
                      .checksum = history != nullptr ? std::string()
                                                     : migrate::detail::checksum(declared.fingerprint)};
    if (auto added = ledger->add(connection, std::move(adopted)); !added)
        return fail(std::move(added).error());
    if (history != nullptr)
        for (const Revision& revision : history->revisions())
            if (auto added = ledger->add(connection, migrate::detail::row_of(revision, LedgerKind::included));
                !added)
                return fail(std::move(added).error());
    if (auto committed = transaction->commit(); !committed) return fail(std::move(committed).error());
    return found;
}

} // namespace tenantry
