// Reads a database's schema into a model.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/model.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>

namespace tenantry::migrate {

/// The name of the library's own table in a tenant's database; it is part of no model.
inline constexpr std::string_view ledger_table = "_tenantry_migrations";

/// The table by which a tenant's database says which tenant's it is. It is no part of any schema either.
inline constexpr std::string_view identity_table = "_tenantry";

/// Where the answers are that `once()` keeps.
inline constexpr std::string_view answers_table = "_tenantry_answers";

} // namespace tenantry::migrate

namespace tenantry::detail {

Error not_understood(const migrate::TableModel& table, const std::string& why);

// The text was read by us, the columns by SQLite: they must say the same, or we have not understood it.
Result<void> check_columns(sqlite::Statement& info, migrate::TableModel& table);

// The tables that belong to virtual ones, by name.
Result<std::vector<std::string>> shadow_tables(sqlite::Connection& connection);

// A reference that names no columns means the other table's primary key: say so.
void resolve_references(migrate::SchemaModel& model);

} // namespace tenantry::detail

namespace tenantry::migrate {

/// What is in the database's main schema, without SQLite's own tables, those that belong to virtual tables, and
/// the library's ledger. Reads in the transaction that is open, if there is one.
///
/// What is word for word in one of `known`, models that were read before, is not read again.
///
/// errc::migration_failed for a table whose definition this library does not understand.
[[nodiscard]] Result<SchemaModel> introspect(sqlite::Connection& connection,
                                             std::initializer_list<const SchemaModel*> known = {});

/// SQLite not accepting a statement is the migration's failure; a full disk or a lock is what it is anywhere.
[[nodiscard]] Error migration_error(Error error, std::string_view doing);

/// What a database made from the declaration has: one is made, in memory, and read in the same way as any other.
/// errc::migration_failed names the object that SQLite does not accept. `functions`: those that the declaration uses.
[[nodiscard]] Result<SchemaModel> declared_model(const SchemaInfo& declared,
                                                 const sqlite::Functions& functions);

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/introspect.ipp>
#endif
