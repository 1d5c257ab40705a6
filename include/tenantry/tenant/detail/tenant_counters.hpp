// What is counted of one open tenant.
#pragma once

#include <atomic>
#include <cstdint>

#include <tenantry/core/histogram.hpp>
#include <tenantry/sqlite/detail/memory_use.hpp>
#include <tenantry/tenant/stats.hpp>

namespace tenantry::detail {

/// A number that any thread may read while it grows.
template <Adding adding>
class Counter {
public:
    void increment() noexcept { BasicHistogramRecorder<adding>::increment(value_); }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// A number that any thread may read, and that says how something is now.
class Gauge {
public:
    void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Every counter and histogram of one tenant: its parts add to them, and `stats` is what all of them say together. Queues and
/// connections know their own sizes. Thread-safe, without locks; the writer's part is added to by one thread at a time.
struct TenantCounters {
    // Of the writer: set by the thread that has its connection.
    Counter<Adding::by_one> writes;  // committed
    Counter<Adding::by_one> commits; // that they took
    BasicHistogramRecorder<Adding::by_one> batch_sizes;
    BasicHistogramRecorder<Adding::by_one> commit_time;
    BasicHistogramRecorder<Adding::by_one> write_wait;
    BasicHistogramRecorder<Adding::by_one> write_time;
    Gauge
        log_bytes; // the write-ahead log's length after the last commit, known before anyone is told of that
    Gauge writer_pages;
    Gauge writer_schema;
    Gauge writer_statements;

    // Of reads: from any thread.
    Counter<Adding::by_many> reads; // that were given a connection
    HistogramRecorder read_wait;
    HistogramRecorder read_time;

    // Of the rest, from any thread.
    Counter<Adding::by_many> overloaded; // operations that were turned away
    Counter<Adding::by_many> checkpoints;
    Counter<Adding::by_many> checkpoints_blocked;
    Counter<Adding::by_many> checkpoints_failed;
    Counter<Adding::by_many> upkeeps;
    Counter<Adding::by_many> upkeeps_failed;

    /// The memory that the writer's connection takes, as it was looked at last.
    void set_writer_memory(const sqlite::MemoryUse& use) noexcept
    {
        writer_pages.set(use.pages);
        writer_schema.set(use.schema);
        writer_statements.set(use.statements);
    }

    /// All of it.
    [[nodiscard]] TenantStats stats() const noexcept;
};

inline TenantStats TenantCounters::stats() const noexcept
{
    TenantStats stats;
    stats.writes = writes.value();
    stats.commits = commits.value();
    stats.reads = reads.value();
    stats.overloaded = overloaded.value();
    stats.batch_sizes = batch_sizes.counted();
    stats.commit_time = commit_time.counted();
    stats.write_wait = write_wait.counted();
    stats.write_time = write_time.counted();
    stats.read_wait = read_wait.counted();
    stats.read_time = read_time.counted();
    stats.log_bytes = log_bytes.value();
    stats.checkpoints = checkpoints.value();
    stats.checkpoints_blocked = checkpoints_blocked.value();
    stats.checkpoints_failed = checkpoints_failed.value();
    stats.upkeeps = upkeeps.value();
    stats.upkeeps_failed = upkeeps_failed.value();
    stats.memory = {.pages = writer_pages.value(),
                    .schema = writer_schema.value(),
                    .statements = writer_statements.value()};
    return stats;
}

} // namespace tenantry::detail
