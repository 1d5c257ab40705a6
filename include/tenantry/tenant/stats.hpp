// What there is to say of one open tenant.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tenantry {

/// Plain numbers, counted since the tenant was opened where they count something. Those of a moment may be over when
/// they are read.
struct TenantStats {
    std::size_t queued_writes = 0; ///< that wait now
    std::size_t queued_reads = 0;  ///< that wait now, for the pool

    std::uint64_t writes = 0;  ///< that were committed
    std::uint64_t commits = 0; ///< that they took: `writes / commits` is the size of a batch

    std::uint64_t log_bytes = 0;           ///< the length of the write-ahead log after the last commit
    std::uint64_t checkpoints = 0;         ///< that wrote the log back
    std::uint64_t checkpoints_blocked = 0; ///< that could not, because of a reader or another process
    std::uint64_t checkpoints_failed = 0;  ///< that met an error
};

} // namespace tenantry
