// A connection to a tenant's database for those who work on it beside its owner: migrations, status.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/detail/mark.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/migrate/forecast.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>
#include <tenantry/sqlite/detail/raw_file.hpp>
#include <tenantry/tenant/detail/bound_log.hpp>
#include <tenantry/tenant/detail/directory.hpp>
#include <tenantry/tenant/detail/identity.hpp>
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

[[nodiscard]] inline Result<DatabaseMarks> read_marks(sqlite::Connection& connection)
{
    const sqlite::Privileged gate(connection);
    auto application_id = connection.prepare("PRAGMA main.application_id");
    if (!application_id) return fail(std::move(application_id).error());
    auto row = application_id->step();
    if (!row) return fail(std::move(row).error());
    DatabaseMarks marks{.application_id = *row ? application_id->integer(0) : 0};
    // While that statement is at its row: then both are of one reading, which takes the locks once.
    auto schema = migrate::read_mark(connection);
    if (!schema) return fail(std::move(schema).error());
    marks.schema = *schema;
    return marks;
}

// Whether the file itself says that it is this fleet's and up to date. It had no log when that was looked for, so that what it
// says held then; whatever it says else is asked for through the connection.
[[nodiscard]] inline bool says_current(const sqlite::FileHeader& header, std::int64_t current,
                                       const sqlite::Connection& connection, const TenantOptions& options)
{
    constexpr std::size_t user_version = 60; // https://sqlite.org/fileformat2.html#the_database_header
    constexpr std::size_t application_id = 68;
    return current != 0 && header.is_read() && header.is_wal() &&
           header.number(application_id) == options.application_id &&
           migrate::mix_mark(header.number(user_version), connection.incarnation()) == current;
}

// The connection that may be the last one to be closed: the log is left as long as it is not known to be this database's,
// whatever becomes of the opening.
[[nodiscard]] inline Result<sqlite::Connection> open_as_owner(const std::filesystem::path& path,
                                                              const TenantOptions& options)
{
    sqlite::Profile profile = options.profile;
    profile.keep_log = true;
    return sqlite::Connection::open(path, sqlite::OpenMode::read_write, profile);
}

// Once; `known` is what is known of the tenant, `current` the mark of a database that is up to date.
[[nodiscard]] inline Result<OpenedDatabase> open_database_of(const std::filesystem::path& directory,
                                                             const StateFile& known, std::int64_t current,
                                                             const TenantOptions& options)
{
    const auto path = directory / database_file;
    const auto found = find_file(path.c_str());
    if (!found.identity) return fail(errc::io_error, "there is no '" + path.string() + "'");
    const FileIdentity file = *found.identity;
    auto name = OpenName::take(path, file);
    if (!name) return fail(std::move(name).error());
    if (found.size == 0 && has_log(path)) // SQLite would remove the log
        return fail(foreign_log_error(path, "the database is empty"));
    auto connection = open_as_owner(path, options);
    if (!connection) {
        Error error = std::move(connection).error();
        if (has_log(path)) error = BoundLog::explain(std::move(error), path, known.state());
        if (options.profile.exclusive && error == errc::busy)
            error.in("a sole owner needs the tenant for itself, and another program has it open");
        return fail(std::move(error));
    }
    // Database and state must be of one tenant.
    const auto moved = connection->file_moved();
    if (file_identity(path) != file || !moved || *moved || !known.is_there())
        return fail(replaced_while_opening());
    name->opened();
    const bool logged = sqlite::has_log(*connection);
    if (logged) {
        if (auto bound = BoundLog::check(*connection, path, known.state()); !bound)
            return fail(std::move(bound).error());
    }
    const bool left = options.profile.keep_log || options.profile.read_only || !options.checkpoints.automatic;
    connection->keep_log_on_close(left);
    connection->set_incarnation(known.state().incarnation);
    const sqlite::FileHeader header(*connection);
    const bool is_wal = !header.is_read() || header.is_wal();
    if (is_wal) connection->set_begin_hook(&begin_epoch);
    if (!logged && says_current(header, current, *connection, options))
        return OpenedDatabase{.name = std::move(*name),
                              .connection = std::move(*connection),
                              .state = known.state(),
                              .file = file,
                              .mark = current,
                              .is_current = true};
    auto marks = read_marks(*connection);
    if (!marks) return fail(std::move(marks).error());
    if (marks->application_id != options.application_id)
        return fail(errc::foreign_database, "the database's application_id is " +
                                                std::to_string(marks->application_id) + ", this fleet's is " +
                                                std::to_string(options.application_id) +
                                                ": it is another program's file, and was left as it is");
    OpenedDatabase opened{std::move(*name), std::move(*connection), known.state(), file, marks->schema};
    opened.is_wal = is_wal;
    // The incarnation is mixed into it: no other tenant's database has the same.
    opened.is_current = current != 0 && marks->schema == current;
    if (opened.is_current || logged) return opened;
    auto identity = read_identity(opened.connection);
    if (!identity) return fail(std::move(identity).error());
    opened.is_bound = identity->has_value();
    if (*identity && (*identity)->incarnation != opened.state.incarnation)
        return fail(another_tenants_database(path, opened.state));
    return opened;
}

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
[[nodiscard]] inline Result<OpenedDatabase> open_database(const std::filesystem::path& directory,
                                                          const TenantOptions& options,
                                                          std::int64_t current = 0)
{
    return use_database(directory, current, options,
                        [](OpenedDatabase opened) -> Result<OpenedDatabase> { return opened; });
}

/// What `bring_up` gives where only reading is possible: nothing is done, and what would have to be is said.
[[nodiscard]] inline Result<Migrated> look_at_schema(OpenedDatabase& opened, const SchemaInfo& schema,
                                                     const TenantOptions& options)
{
    auto found = migrate::forecast(opened.connection, schema, options.history, false);
    if (!found) return fail(std::move(found).error());
    if (found->error) return fail(std::move(*found->error));
    if (found->standing == migrate::Standing::behind) {
        std::string text = "the tenant's schema is not yet the program's, and the fleet only reads "
                           "(FleetOptions::read_only). There is to do:";
        for (const auto& step : found->to_do) text.append("\n  ").append(step);
        text.append("\nOpen it once in a fleet that writes, or read it with the program it was written by");
        return fail(errc::read_only, std::move(text));
    }
    return Migrated{.was_current = found->standing == migrate::Standing::current,
                    .is_newer = found->standing == migrate::Standing::newer,
                    .from = found->at,
                    .to = found->at,
                    .tolerated = std::move(found->tolerated)};
}

// Makes a database that others have made this tenant's. What says so is in the file before anything relies on it.
[[nodiscard]] inline Result<void> bind(OpenedDatabase& opened)
{
    if (auto bound = bind_database(opened.connection, opened.state.incarnation); !bound) return bound;
    opened.is_bound = true;
    if (!opened.is_wal) return {}; // and so it is there
    auto moved = opened.connection.checkpoint(sqlite::Checkpoint::truncate);
    return moved ? Result<void>() : fail(std::move(moved).error());
}

// What was not in WAL mode (VACUUM INTO makes such files, and most programs' are) would have readers wait for the writer.
[[nodiscard]] inline Result<void> bring_to_wal(OpenedDatabase& opened)
{
    if (auto wal = opened.connection.enable_wal(); !wal)
        return fail(std::move(wal.error().in("bringing the tenant's database to WAL mode")));
    opened.is_wal = true;
    // The first reading makes the log.
    if (auto read = migrate::read_mark(opened.connection); !read) return fail(std::move(read).error());
    opened.name.opened();
    opened.connection.set_begin_hook(&begin_epoch);
    return {};
}

/// `ensure_schema` of a tenant's database, which is brought to WAL mode, and made the tenant's own if others have made it,
/// before, where it may be written to. errc::busy where somebody else has it open in another mode.
[[nodiscard]] inline Result<Migrated> bring_up(OpenedDatabase& opened, const SchemaInfo& schema,
                                               const TenantOptions& options)
{
    if (options.profile.read_only)
        return opened.is_current ? Migrated{.was_current = true} : look_at_schema(opened, schema, options);
    if (!opened.is_bound)
        if (auto bound = bind(opened); !bound) return fail(std::move(bound).error());
    if (!opened.is_wal)
        if (auto wal = bring_to_wal(opened); !wal) return fail(std::move(wal).error());
    if (opened.is_current) return Migrated{.was_current = true};
    return ensure_schema(opened.connection, schema, options.history);
}

} // namespace tenantry::detail
