// A connection to a tenant's database for those who work on it beside its owner: migrations, status.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/directory.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

// Once; `state` is what is known of the tenant.
[[nodiscard]] inline Result<sqlite::Connection> open_database_of(const std::filesystem::path& directory,
                                                                 const TenantState& state,
                                                                 const TenantOptions& options)
{
    auto connection =
        sqlite::Connection::open(directory / database_file, sqlite::OpenMode::read_write, options.profile);
    if (!connection) return connection;
    // Database and state must be of one tenant.
    const auto moved = connection->file_moved();
    if (!moved || *moved || !is_tenant_of(directory, state)) return fail(replaced_while_opening());
    auto application_id = connection->query_integer("PRAGMA application_id");
    if (!application_id) return fail(std::move(application_id).error());
    if (*application_id != options.application_id)
        return fail(errc::foreign_database, "the database's application_id is " +
                                                std::to_string(*application_id) + ", this fleet's is " +
                                                std::to_string(options.application_id) +
                                                ": it is another program's file, and was left as it is");
    return connection;
}

/// Opens the database of the tenant in `directory`; never creates one, and changes nothing in it. The tenant may be
/// open elsewhere, in this process too: only SQLite touches the file.
///
/// Errors: no_such_tenant, tenant_gone (it went or was replaced meanwhile), foreign_database (another application_id),
/// not_a_database, corrupt, and those of input and output.
[[nodiscard]] inline Result<sqlite::Connection> open_database(const std::filesystem::path& directory,
                                                              const TenantOptions& options)
{
    for (int tries = 1;; ++tries) {
        const auto state = read_state(directory);
        if (!state) return fail(state.error());
        auto opened = open_database_of(directory, *state, options);
        // What another process takes away or replaces meanwhile is no failure of the disk.
        if (opened || is_tenant_of(directory, *state)) return opened;
        if (tries == 3) return fail(replaced_while_opening());
    }
}

} // namespace tenantry::detail
