// Runs one tenant's reads on connections that are lent for it, as BatchWriter runs its writes.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/port.hpp>
#include <tenantry/tenant/detail/schedule.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_database.hpp>
#include <tenantry/tenant/limits.hpp>

namespace tenantry::detail {

/// Knows nothing of queues and executors. What is not over after `loan` is not waited for where it has the writer's
/// connection: it is ended, and is to be run again with a reader. Thread-safe. Refers to what it is made with.
class ReadRunner {
public:
    using OperationPtr = std::unique_ptr<Operation>;
    using Clock = Operation::Clock;

    /// How long reads may have the writer's connection, about: a write waits so long for them at most. It is time in which
    /// they run: a thread that the system lets wait among them does not count for more than half of it.
    static constexpr std::chrono::microseconds loan{250};

    ReadRunner(TenantDatabase& database, TenantCounters& counters) : database_(database), counters_(counters)
    {}

    /// With the writer's connection, for as long as there is something `left` of their time, which becomes less; gives it
    /// back. False: the file is gone, and nothing is to be told.
    [[nodiscard]] bool run_together(ReadBatch& reads, ReadLease writers, Clock::duration& left);

    /// With a reader, which is given back. False: the file is gone, and nothing is to be told.
    [[nodiscard]] bool run_alone(OperationPtr& operation, ReadLease reader);

    /// In the calling thread, with the writer's connection. nullopt: that was not to be had for long enough.
    [[nodiscard]] std::optional<Result<void>> run_brief_task(ReaderTask task, const Limits& limits,
                                                             ReadLease connection);

    /// How long a calling thread waits for a reader that would wait for so long without limits.
    [[nodiscard]] static std::chrono::milliseconds patience_of(const Limits& limits,
                                                               std::chrono::milliseconds patience);

    /// In the calling thread, with a reader; none: all were in use for so long.
    [[nodiscard]] Result<void> run_task(ReaderTask task, const Limits& limits, ReadLease reader);

private:
    static constexpr Clock::duration half = loan / 2;

    enum class Lent : bool { briefly, until_done };

    // Has what runs from now on ended after its part of the loan, or at the limit, whichever is first. True: the former.
    static bool watch(sqlite::Connection& connection, const std::atomic<bool>* cancelled,
                      Clock::time_point now, Clock::time_point limit) noexcept;

    // False: its time is up, and it is to be run again. `now` is moved on.
    [[nodiscard]] bool run(OperationPtr& operation, sqlite::Connection& connection, Lent lent,
                           Clock::time_point& now);

    [[nodiscard]] bool refuse(Operation& operation, Error error) const;

    // Whether what was found may be told.
    [[nodiscard]] static bool end(ReadLease connection);

    TenantDatabase& database_;
    TenantCounters& counters_;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/read_runner.ipp>
#endif
