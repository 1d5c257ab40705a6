// A scope in which a connection may do what its fences keep out.
#pragma once

#include <sqlite3.h>

#include <tenantry/sqlite/connection.hpp>

namespace tenantry::sqlite {

/// While it lives, the connection may do what its fences keep from statements of the library's own, too: VACUUM, counting
/// up the schema's number.
class Unfenced {
public:
    explicit Unfenced(Connection& connection) noexcept
        : db_(connection.native_handle()), attached_(sqlite3_limit(db_, SQLITE_LIMIT_ATTACHED, 1))
    {
        sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, -1, &defensive_);
        sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 0, static_cast<int*>(nullptr));
    }
    Unfenced(const Unfenced&) = delete;
    Unfenced& operator=(const Unfenced&) = delete;
    ~Unfenced()
    {
        sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, defensive_, static_cast<int*>(nullptr));
        sqlite3_limit(db_, SQLITE_LIMIT_ATTACHED, attached_);
    }

private:
    sqlite3* db_;
    int attached_;
    int defensive_ = 0;
};

} // namespace tenantry::sqlite
