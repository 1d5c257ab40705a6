// A connection to a tenant's database for those who work on it beside its owner: migrations, status.
#pragma once

#include <cstdint>
#include <filesystem>
#include <type_traits>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/migrated.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/raw_file.hpp>
#include <tenantry/tenant/detail/directory.hpp>
#include <tenantry/tenant/detail/open_name.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

/// A tenant's database, open, and what else is known of it.
struct OpenedDatabase {
    OpenName name; // longer than the connection
    sqlite::Connection connection;
    TenantState state;
    FileIdentity file;
    std::int64_t mark = 0;   ///< of its schema, see `migrate::read_mark`
    bool is_current = false; ///< by its mark
    bool is_bound = true;    ///< false: made by others, and no tenant's yet
    bool is_wal = true;      ///< in WAL mode
};

/// Who a database says it belongs to, and the mark of its schema.
struct DatabaseMarks {
    std::int64_t application_id = 0;
    std::int64_t schema = 0;
};

[[nodiscard]] Result<DatabaseMarks> read_marks(sqlite::Connection& connection);

// Whether the file itself says that it is this fleet's and up to date. It had no log when that was looked for, so that what it
// says held then; whatever it says else is read through the connection.
[[nodiscard]] bool says_current(const sqlite::FileHeader& header, std::int64_t current,
                                const sqlite::Connection& connection, const TenantOptions& options);

// The connection that may be the last one to be closed: the log is left as long as it is not known to be this database's,
// whatever becomes of the opening.
[[nodiscard]] Result<sqlite::Connection> open_as_owner(const std::filesystem::path& path,
                                                       const TenantOptions& options);

// Once; `known` is what is known of the tenant, `current` the mark of a database that is up to date.
[[nodiscard]] Result<OpenedDatabase> open_database_of(const std::filesystem::path& directory,
                                                      const StateFile& known, std::int64_t current,
                                                      const TenantOptions& options);

/// Opens the database of the tenant in `directory` and gives what `use(OpenedDatabase)` makes of it, a `Result`. What
/// fails since the tenant was taken away or replaced meanwhile is tried again. Never creates a database. `current`: the mark
/// of one that is up to date. Errors as `open_database`, and what `use` says.
template <class Use>
[[nodiscard]] auto use_database(const std::filesystem::path& directory, std::int64_t current,
                                const TenantOptions& options, Use use)
    -> std::invoke_result_t<Use&, OpenedDatabase>
{
    for (int tries = 1;; ++tries) {
        const auto known = StateFile::open(directory);
        if (!known) return fail(known.error());
        auto used = open_database_of(directory, *known, current, options).and_then(use);
        // What another process takes away or replaces meanwhile is no failure of the disk.
        if (used || known->is_there()) return used;
        if (tries == 3) return fail(replaced_while_opening());
    }
}

/// Opens the database of the tenant in `directory`; never creates one, and changes nothing in it. The tenant may be
/// open elsewhere, in this process too, unless somebody is its sole owner: only SQLite touches the file.
///
/// Errors: no_such_tenant, tenant_gone (it went or was replaced meanwhile), foreign_database (another application_id),
/// misplaced_tenant (the directory or the database is another tenant's), foreign_log, unsupported_version, busy (a sole owner has it
/// open, or the profile is exclusive and somebody has, or this process has a file open that lay there before),
/// not_a_database, corrupt, and those of input and output.
[[nodiscard]] Result<OpenedDatabase> open_database(const std::filesystem::path& directory,
                                                   const TenantOptions& options, std::int64_t current = 0);

/// What `bring_up` gives where only reading is possible: nothing is done, and what would have to be is said.
[[nodiscard]] Result<Migrated> check_schema(OpenedDatabase& opened, const SchemaInfo& schema,
                                            const TenantOptions& options);

// Makes a database that others have made this tenant's. What says so is in the file before anything relies on it.
[[nodiscard]] Result<void> bind(OpenedDatabase& opened);

// What was not in WAL mode (VACUUM INTO makes such files, and most programs' are) would have readers wait for the writer.
[[nodiscard]] Result<void> bring_to_wal(OpenedDatabase& opened);

/// `ensure_schema` of a tenant's database, which is brought to WAL mode, and made the tenant's own if others have made it,
/// before, where it may be written to. errc::busy where somebody else has it open in another mode.
[[nodiscard]] Result<Migrated> bring_up(OpenedDatabase& opened, const SchemaInfo& schema,
                                        const TenantOptions& options);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/open_database.ipp>
#endif
