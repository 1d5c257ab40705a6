// Options of a fleet that exclude each other.
#pragma once

#include <tenantry/core/error.hpp>
#include <tenantry/fleet/options.hpp>

namespace tenantry::detail {

/// errc::invalid_argument, and what to change, where the options do not go together.
[[nodiscard]] inline Result<void> check_options(const FleetOptions& options)
{
    const auto refused = [](const char* why) { return fail(errc::invalid_argument, why); };
    if (!options.sole_owner && options.tenant.profile.exclusive)
        return refused("tenant.profile.exclusive is what FleetOptions::sole_owner sets: say that instead");
    if (options.sole_owner && (options.tenant.readers != 0 || options.max_readers != 0))
        return refused("a sole owner has one connection for each tenant and no readers beside it: leave "
                       "tenant.readers and max_readers as they are");
    if (options.sole_owner && !options.tenant.checkpoints.automatic)
        return refused(
            "nobody but a sole owner can see a tenant's log, so that nobody else can write it back: leave "
            "tenant.checkpoints.automatic as it is, or do not be the sole owner");
    return {};
}

} // namespace tenantry::detail
