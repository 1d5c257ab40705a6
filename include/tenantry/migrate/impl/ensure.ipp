#pragma once

#include <tenantry/migrate/ensure.hpp>

namespace tenantry {

TENANTRY_DECL Result<Migrated> ensure_schema(sqlite::Connection& connection, const SchemaInfo& declared,
                                             const History* history)
{
    if (history != nullptr) return migrate::migrate_by_history(connection, declared, *history);
    return migrate::migrate_automatically(connection, declared);
}

} // namespace tenantry
