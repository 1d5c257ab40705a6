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

/// Opens the database of the tenant in `directory`; never creates one, and changes nothing in it. The tenant may be
/// open elsewhere, in this process too: only SQLite touches the file.
///
/// Errors: no_such_tenant, tenant_gone (it went meanwhile), foreign_database (another application_id),
/// not_a_database, corrupt, and those of input and output.
[[nodiscard]] inline Result<sqlite::Connection> open_database(const std::filesystem::path& directory,
                                                              const TenantOptions& options)
{
    auto state = read_state(directory);
    if (!state) return fail(std::move(state).error());
    auto connection =
        sqlite::Connection::open(directory / database_file, sqlite::OpenMode::read_write, options.profile);
    if (!connection) return connection;
    auto application_id = connection->query_integer("PRAGMA application_id");
    if (!application_id) return fail(std::move(application_id).error());
    if (*application_id != options.application_id)
        return fail(errc::foreign_database, "the database's application_id is " +
                                                std::to_string(*application_id) + ", this fleet's is " +
                                                std::to_string(options.application_id) +
                                                ": it is another program's file, and was left as it is");
    return connection;
}

} // namespace tenantry::detail
