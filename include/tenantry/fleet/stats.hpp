// What there is to say of a fleet.
#pragma once

#include <cstddef>
#include <cstdint>

#include <tenantry/tenant/stats.hpp>

namespace tenantry {

/// Plain numbers, counted since the fleet was opened where they count something. Those of a moment may be over when
/// they are read.
struct FleetStats {
    std::size_t max_open = 0; ///< tenants that may be open at a time
    std::size_t open = 0;     ///< that are, or are being opened or closed
    std::size_t idle = 0;     ///< of them, those that nobody uses
    std::size_t leased = 0;   ///< of them, those that somebody uses
    std::size_t waiting = 0;  ///< callers who wait for room

    std::uint64_t hits = 0;           ///< leases of a tenant that was open
    std::uint64_t opened = 0;         ///< tenants that were opened
    std::uint64_t failed_to_open = 0; ///< that were not: there is no such tenant, its file is damaged
    std::uint64_t refused = 0;        ///< leases of such tenants that were refused without another try
    std::uint64_t evicted = 0;        ///< that were closed to make room
    std::uint64_t closed_idle = 0;    ///< that were closed since nobody used them

    /// All tenants together: what waits, is open or is taken up now, in those that are open; what is counted, in those that
    /// were open as well.
    TenantStats tenants{};
};

} // namespace tenantry
