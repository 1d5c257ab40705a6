// Makes a tenant of a database that others have made.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/detail/port.hpp>
#include <tenantry/fleet/fleet.hpp>
#include <tenantry/migrate/compare.hpp>
#include <tenantry/schema/schema.hpp>

namespace tenantry {

namespace detail {

[[nodiscard]] Result<Comparison> adopt_and_wait(const std::shared_ptr<FleetPort>& port, std::string_view id,
                                                const std::filesystem::path& path);

} // namespace detail

/// Makes the tenant `id` of a copy of the database at `path`, whichever program made it, as it is: see `adopt(connection, ...)`. The file
/// itself is only looked at, as by `compare(path)`, and may be in use. The copy gets the fleet's application id and belongs to the
/// tenant; its `user_version` stays its own. How it differs from the declaration is returned. Blocks; on disk for good when
/// it returns.
///
/// Errors: migration_failed (declared rows cannot be written; the message says why), tenant_exists, invalid_tenant_id,
/// invalid_argument (it is a tenant's), history_mismatch (it has a ledger), fleet_closed, and those of `sqlite::inspect` and
/// `sqlite::copy_into`. On any failure there is no tenant.
template <SchemaType S>
[[nodiscard]] Result<Comparison> adopt(Fleet<S>& fleet, std::string_view id,
                                       const std::filesystem::path& path)
{
    return detail::adopt_and_wait(detail::FleetAccess::core(fleet), id, path);
}

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/adopt.ipp>
#endif
