#pragma once

#include <tenantry/migrate/detail/mark.hpp>

namespace tenantry::migrate {

TENANTRY_DECL Result<std::int64_t> read_mark(sqlite::Connection& connection)
{
    return connection.query_integer("PRAGMA main.user_version").transform([&](std::int64_t kept) {
        return mix_mark(kept, connection.incarnation());
    });
}

} // namespace tenantry::migrate
