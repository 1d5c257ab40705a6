// Tells at which schema every tenant of a fleet is.
#pragma once

#include <memory>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/detail/port.hpp>
#include <tenantry/fleet/fleet.hpp>
#include <tenantry/migrate/forecast.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry {

/// Where a tenant stands.
struct TenantStatus {
    /// The tenant.
    TenantId id;
    /// What opening it would do.
    migrate::Forecast state{};
    bool is_open =
        false; ///< in this process: it is what it was when it was opened; its file was not looked at
};

namespace detail {

[[nodiscard]] Result<std::vector<TenantStatus>> migration_status(const std::shared_ptr<FleetPort>& fleet);

} // namespace detail

/// The state of every tenant, sorted by id: from memory where it is open here, through SQLite elsewhere. Changes
/// nothing. Blocks on the disk; the fleet's threads help. Rows are not looked at: whether they stand in a plan's way,
/// a dry run of `async_migrate_all` tells.
template <SchemaType S>
[[nodiscard]] Result<std::vector<TenantStatus>> migration_status(Fleet<S>& fleet)
{
    return detail::migration_status(detail::FleetAccess::core(fleet));
}

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/migration_status.ipp>
#endif
