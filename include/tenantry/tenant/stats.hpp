// What there is to say of one open tenant.
#pragma once

#include <cstddef>
#include <cstdint>

#include <tenantry/core/histogram.hpp>
#include <tenantry/sqlite/detail/memory_use.hpp>

namespace tenantry {

/// Plain numbers, counted since the tenant was opened where they count something. Those of a moment may be over when
/// they are read. Times are microseconds; `write_wait.percentile(0.99)` is what 99 of a hundred writes did not exceed.
///
/// What an operation adds is there before it is answered; only memory may be known later.
struct TenantStats {
    std::size_t queued_writes = 0;      ///< that wait now
    std::size_t queued_write_bytes = 0; ///< what they take, about
    std::size_t queued_reads = 0;       ///< that wait now, for the pool
    std::size_t readers = 0;            ///< connections that read and are open now
    std::size_t readers_in_use = 0;     ///< of them, those that are reading

    std::uint64_t writes = 0;     ///< that were committed
    std::uint64_t commits = 0;    ///< that they took: `writes / commits` is the size of a batch
    std::uint64_t reads = 0;      ///< that were given a reader; a snapshot is one
    std::uint64_t overloaded = 0; ///< writes and reads that were turned away, since as many waited as may

    Histogram batch_sizes{}; ///< writes of a transaction
    Histogram commit_time{}; ///< of a COMMIT
    Histogram write_wait{};  ///< from when a write was begun until its turn came
    Histogram write_time{};  ///< that it ran for, without its COMMIT
    Histogram read_wait{};   ///< the same of asynchronous reads; `read` waits for nothing but a reader
    Histogram read_time{};   ///< of asynchronous reads. For those of `read` an `Observer` can ask

    std::uint64_t log_bytes = 0;           ///< the length of the write-ahead log after the last commit
    std::uint64_t checkpoints = 0;         ///< that wrote the log back
    std::uint64_t checkpoints_blocked = 0; ///< that could not, because of a reader or another process
    std::uint64_t checkpoints_failed = 0;  ///< that met an error

    std::uint64_t upkeeps = 0;        ///< compacting and optimizing, on request and in quiet times
    std::uint64_t upkeeps_failed = 0; ///< that met an error

    /// Of its connections, without readers that are in use. The writer's is looked at while it is used, every second, and
    /// when the tenant is trimmed.
    sqlite::MemoryUse memory{};

    /// Both together.
    TenantStats& operator+=(const TenantStats& other) noexcept
    {
        queued_writes += other.queued_writes;
        queued_write_bytes += other.queued_write_bytes;
        queued_reads += other.queued_reads;
        readers += other.readers;
        readers_in_use += other.readers_in_use;
        writes += other.writes;
        commits += other.commits;
        reads += other.reads;
        overloaded += other.overloaded;
        batch_sizes += other.batch_sizes;
        commit_time += other.commit_time;
        write_wait += other.write_wait;
        write_time += other.write_time;
        read_wait += other.read_wait;
        read_time += other.read_time;
        log_bytes += other.log_bytes;
        checkpoints += other.checkpoints;
        checkpoints_blocked += other.checkpoints_blocked;
        checkpoints_failed += other.checkpoints_failed;
        upkeeps += other.upkeeps;
        upkeeps_failed += other.upkeeps_failed;
        memory += other.memory;
        return *this;
    }
};

} // namespace tenantry
