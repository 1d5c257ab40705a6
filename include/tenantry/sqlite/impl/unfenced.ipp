#pragma once

#include <tenantry/sqlite/detail/unfenced.hpp>

namespace tenantry::sqlite {

TENANTRY_DECL Unfenced::Unfenced(Connection& connection) noexcept
    : db_(connection.native_handle()), attached_(sqlite3_limit(db_, SQLITE_LIMIT_ATTACHED, 1))
{
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, -1, &defensive_);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 0, static_cast<int*>(nullptr));
}

TENANTRY_DECL Unfenced::~Unfenced()
{
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, defensive_, static_cast<int*>(nullptr));
    sqlite3_limit(db_, SQLITE_LIMIT_ATTACHED, attached_);
}

} // namespace tenantry::sqlite
