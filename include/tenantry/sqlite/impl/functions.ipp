#pragma once

#include <tenantry/sqlite/functions.hpp>

namespace tenantry::sqlite {

TENANTRY_DECL Result<void> Functions::install(sqlite3* db) const
{
    for (const auto& each : registered_) {
        auto context = std::make_unique<std::shared_ptr<const detail::Registered>>(each);
        if (const int code = each->install(db, context.release()); code != SQLITE_OK)
            return fail(make_error(db, code, "registering '" + each->name() + "'"));
    }
    return {};
}

} // namespace tenantry::sqlite
