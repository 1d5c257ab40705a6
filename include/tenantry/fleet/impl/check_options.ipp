#pragma once

#include <tenantry/fleet/detail/check_options.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace tenantry::detail {

TENANTRY_DECL Result<void> check_options(const FleetOptions& options)
{
    const auto refused = [](const char* why) { return fail(errc::invalid_argument, why); };
    const std::pair<const char*, std::chrono::milliseconds> times[] = {
        {"trim_idle_after", options.trim_idle_after},
        {"close_idle_after", options.close_idle_after},
        {"open_deadline", options.open_deadline},
        {"upkeep.idle_after", options.upkeep.idle_after},
        {"upkeep.every", options.upkeep.every},
        {"tenant.batch_time", options.tenant.batch_time},
        {"tenant.busy_deadline", options.tenant.busy_deadline},
        {"tenant.read_wait", options.tenant.read_wait},
        {"tenant.checkpoints.interval", options.tenant.checkpoints.interval},
        {"tenant.checkpoints.age", options.tenant.checkpoints.age},
        {"tenant.profile.busy_timeout", options.tenant.profile.busy_timeout},
    };
    for (const auto& [name, time] : times)
        if (time.count() < 0)
            return fail(errc::invalid_argument,
                        std::string("FleetOptions::") + name + " is negative: a time cannot be");
    if (!options.read_only && options.tenant.profile.read_only)
        return refused("tenant.profile.read_only is what FleetOptions::read_only sets: say that instead");
    if (options.read_only && options.sole_owner)
        return refused("who only reads (read_only) keeps nobody out: leave sole_owner as it is");
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
