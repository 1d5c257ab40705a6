// What is done with tenants in quiet times.
#pragma once

#include <chrono>
#include <cstdint>

namespace tenantry {

/// What a fleet does with tenants in quiet times, one tenant at a time. A write that comes meanwhile ends it; what is
/// not done then is done another time.
struct UpkeepOptions {
    /// A tenant that nobody has used for so long is looked after. 0: never. It has to be open still:
    /// `FleetOptions::close_idle_after` is longer.
    std::chrono::milliseconds idle_after{60'000};

    /// How long it takes at least until the same tenant is looked after again, while it stays open.
    std::chrono::milliseconds every{3'600'000};

    /// Brings what the planner knows of tables that have grown a lot up to date: `async_optimize`.
    bool optimize = true;

    /// A database is compacted when so much of it holds nothing, in percent, and so many bytes. 0 percent: never.
    int compact_percent = 50;
    /// Bytes that must be free for it.
    std::uint64_t compact_free = std::uint64_t{1} << 20;

    /// A database that is larger and cannot be compacted a few pages at a time is left alone: writing the whole of it
    /// completely takes its time, and is for `async_compact`.
    std::uint64_t compact_at_most = std::uint64_t{64} << 20;
};

} // namespace tenantry
