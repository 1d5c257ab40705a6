#pragma once

#include <tenantry/tenant/detail/quiet_upkeep.hpp>

#include <cstdint>

#include <tenantry/tenant/detail/optimize.hpp>

namespace tenantry::detail {

TENANTRY_DECL QuietUpkeep::~QuietUpkeep()
{
    if (ended_) ended_();
}

TENANTRY_DECL Result<void> QuietUpkeep::operator()(sqlite::Connection& connection)
{
    if (std::exchange(first_, false) && options_.optimize)
        if (auto done = optimize_planner(connection); !done) return done;
    if (!compaction_.again()) {
        auto space = measure_space(connection);
        if (!space) return fail(std::move(space).error());
        if (!worth(*space)) return {};
    }
    auto compacted = compaction_(connection);
    if (!compacted) return fail(std::move(compacted).error());
    return {};
}

TENANTRY_DECL bool QuietUpkeep::worth(const Space& space) const noexcept
{
    if (options_.compact_percent <= 0 || space.free_pages == 0) return false;
    if (space.free_bytes() < options_.compact_free) return false;
    if (space.free_pages * 100 < space.pages * static_cast<std::uint64_t>(options_.compact_percent))
        return false;
    return space.incremental || space.bytes() <= options_.compact_at_most;
}

} // namespace tenantry::detail
