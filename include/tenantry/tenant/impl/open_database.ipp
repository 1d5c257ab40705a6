#pragma once

#include <tenantry/tenant/detail/open_database.hpp>

#include <cstddef>
#include <string>
#include <utility>

#include <tenantry/migrate/detail/mark.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/migrate/forecast.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>
#include <tenantry/tenant/detail/bound_log.hpp>
#include <tenantry/tenant/detail/identity.hpp>

namespace tenantry::detail {

TENANTRY_DECL Result<DatabaseMarks> read_marks(sqlite::Connection& connection)
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

TENANTRY_DECL bool says_current(const sqlite::FileHeader& header, std::int64_t current,
                                const sqlite::Connection& connection, const TenantOptions& options)
{
    constexpr std::size_t user_version = 60; // https://sqlite.org/fileformat2.html#the_database_header
    constexpr std::size_t application_id = 68;
    return current != 0 && header.is_read() && header.is_wal() &&
           header.number(application_id) == options.application_id &&
           migrate::mix_mark(header.number(user_version), connection.incarnation()) == current;
}

TENANTRY_DECL Result<sqlite::Connection> open_as_owner(const std::filesystem::path& path,
                                                       const TenantOptions& options)
{
    sqlite::Profile profile = options.profile;
    profile.keep_log = true;
    return sqlite::Connection::open(path, sqlite::OpenMode::read_write, profile);
}

TENANTRY_DECL Result<OpenedDatabase> open_database_of(const std::filesystem::path& directory,
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

TENANTRY_DECL Result<OpenedDatabase> open_database(const std::filesystem::path& directory,
                                                   const TenantOptions& options, std::int64_t current)
{
    return use_database(directory, current, options,
                        [](OpenedDatabase opened) -> Result<OpenedDatabase> { return opened; });
}

TENANTRY_DECL Result<Migrated> check_schema(OpenedDatabase& opened, const SchemaInfo& schema,
                                            const TenantOptions& options)
{
    auto found = migrate::forecast(opened.connection, schema, options.history, false);
    if (!found) return fail(std::move(found).error());
    if (found->error) return fail(std::move(*found->error));
    if (found->standing == migrate::Standing::behind) {
        return fail(refusal(errc::read_only,
                            "the tenant's schema is not yet the program's, and the fleet only reads "
                            "(FleetOptions::read_only): open it once in a fleet that writes, or read it with "
                            "the program it was written by. There is to do: ",
                            found->to_do, found->plan));
    }
    return Migrated{.was_current = found->standing == migrate::Standing::current,
                    .is_newer = found->standing == migrate::Standing::newer,
                    .from = found->at,
                    .to = found->at,
                    .tolerated = std::move(found->tolerated)};
}

TENANTRY_DECL Result<void> bind(OpenedDatabase& opened)
{
    if (auto bound = bind_database(opened.connection, opened.state.incarnation); !bound) return bound;
    opened.is_bound = true;
    if (!opened.is_wal) return {}; // and so it is there
    auto moved = opened.connection.checkpoint(sqlite::Checkpoint::truncate);
    return moved ? Result<void>() : fail(std::move(moved).error());
}

TENANTRY_DECL Result<void> bring_to_wal(OpenedDatabase& opened)
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

TENANTRY_DECL Result<Migrated> bring_up(OpenedDatabase& opened, const SchemaInfo& schema,
                                        const TenantOptions& options)
{
    if (options.profile.read_only)
        return opened.is_current ? Migrated{.was_current = true} : check_schema(opened, schema, options);
    if (!opened.is_bound)
        if (auto bound = bind(opened); !bound) return fail(std::move(bound).error());
    if (!opened.is_wal)
        if (auto wal = bring_to_wal(opened); !wal) return fail(std::move(wal).error());
    if (opened.is_current) return Migrated{.was_current = true};
    return ensure_schema(opened.connection, schema, options.history);
}

} // namespace tenantry::detail
