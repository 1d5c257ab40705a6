// What a declared schema is at run time: plain data, made at compile time, for creating and migrating.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

/// One column of a declared table, as `pragma_table_xinfo` would tell it.
struct ColumnInfo {
    std::string_view name;        ///< unquoted
    std::string_view type;        ///< INTEGER, REAL, TEXT, BLOB or ANY
    bool not_null;                ///< false for a rowid alias: SQLite says so too
    sqlite::ValueLimits limits{}; ///< of what its type can hold: SQLite knows nothing of them
};

/// One object of a schema, as `sqlite_schema` would tell it. The order of objects is one in which
/// they can be created.
struct SchemaObject {
    std::string_view type;               ///< "table", "index", "view" or "trigger"
    std::string_view name;               ///< unquoted
    std::string_view table;              ///< the table it belongs to; its own name for a table
    std::string_view sql;                ///< the CREATE statement, without a semicolon
    std::span<const ColumnInfo> columns; ///< of a table; empty for everything else
};

/// A whole declared schema. Everything in it has static storage.
struct SchemaInfo {
    /// Its tables, indexes, views and triggers, in the order in which they are made.
    std::span<const SchemaObject> objects;
    std::int32_t fingerprint; ///< of all the SQL above; positive, never 0
    /// Whether its views and triggers use virtual tables, as those that keep a full-text table in step do: then
    /// connections have to trust the schema (https://sqlite.org/c3ref/c_dbconfig_defensive.html#sqlitedbconfigtrustedschema).
    bool needs_trust = false;
    /// Whether a statement that fails may leave something of what it did, or look as if it had: there are foreign keys that
    /// are checked at COMMIT, or triggers and actions of foreign keys, of which nobody can tell whether what they did was
    /// rolled back.
    bool failures_leave_part = false;
    /// Whether a trigger may roll back the whole transaction.
    bool triggers_roll_back = false;
};

} // namespace tenantry
