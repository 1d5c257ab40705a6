#pragma once

#include <tenantry/migrate/adopt.hpp>

namespace tenantry {

TENANTRY_DECL Result<Comparison> adopt(sqlite::Connection& connection, const SchemaInfo& declared,
                                       const History* history)
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
                      .checksum =
                          history != nullptr ? std::string() : detail::checksum(declared.fingerprint)};
    if (auto added = ledger->add(connection, std::move(adopted)); !added)
        return fail(std::move(added).error());
    if (history != nullptr)
        for (const Revision& revision : history->revisions())
            if (auto added = ledger->add(connection, detail::ledger_row(revision, LedgerKind::included));
                !added)
                return fail(std::move(added).error());
    if (auto committed = transaction->commit(); !committed) return fail(std::move(committed).error());
    return found;
}

} // namespace tenantry
