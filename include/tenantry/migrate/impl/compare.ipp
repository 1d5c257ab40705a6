#pragma once

#include <tenantry/migrate/compare.hpp>

namespace tenantry {

TENANTRY_DECL Result<Comparison> compare(sqlite::Connection& connection, const SchemaInfo& declared)
{
    auto wanted = migrate::declared_model(declared, connection.functions());
    if (!wanted) return fail(std::move(wanted).error());
    std::optional<sqlite::Transaction> snapshot;
    if (!connection.in_transaction()) {
        auto begun = sqlite::Transaction::begin(connection, sqlite::Behaviour::deferred);
        if (!begun) return fail(std::move(begun).error());
        snapshot.emplace(std::move(*begun));
    }
    auto live = migrate::introspect(connection);
    if (!live) return fail(std::move(live).error());
    auto ledger = migrate::Ledger::read(connection);
    if (!ledger) return fail(std::move(ledger).error());
    const auto unknown = ledger->is_adopted() ? migrate::Unknown::adopted : migrate::Unknown::keep;
    Comparison found{.plan = migrate::diff(*live, *wanted, unknown),
                     .misfits = migrate::misfits(*live, *wanted)};
    auto conflicts = migrate::find_conflicting_rows(connection, found.plan);
    if (!conflicts) return fail(std::move(conflicts).error());
    found.conflicts = std::move(*conflicts);
    return found;
}

} // namespace tenantry
