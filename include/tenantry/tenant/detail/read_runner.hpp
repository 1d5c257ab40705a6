// Runs one tenant's reads on connections that are lent for it, as BatchWriter runs its writes.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <tenantry/async/detail/inside.hpp>
#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/port.hpp>
#include <tenantry/tenant/detail/schedule.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_database.hpp>
#include <tenantry/tenant/limits.hpp>

namespace tenantry::detail {

/// Knows nothing of queues and executors. What is not over after a moment is not waited for where it has the writer's
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

    /// With the writer's connection, for as long as there is something `left` of their moment, which becomes less; gives it
    /// back. False: the file is gone, and nothing is to be told.
    [[nodiscard]] bool run_together(ReadBatch& reads, ReadLease writers, Clock::duration& left)
    {
        const auto start = Clock::now();
        sqlite::Connection& connection = *writers;
        {
            // They waited at the same time, so they may see the same moment: the file's locks are taken once.
            std::optional<sqlite::Transaction> together;
            if (reads.count > 1)
                if (auto begun = sqlite::Transaction::begin(connection, sqlite::Behaviour::deferred); begun)
                    together.emplace(std::move(*begun));
            // One is run however late it is, so that the connection was not lent for nothing.
            auto now = start;
            while (!reads.all_done() && (reads.done == 0 || left > Clock::duration::zero())) {
                const auto before = now;
                const bool over = run(reads.operations[reads.done], connection, Lent::for_a_moment, now);
                left -= std::min<Clock::duration>(now - before, half);
                if (!over) break;
                ++reads.done;
            }
        }
        database_.used(start);
        return end(std::move(writers));
    }

    /// With a reader, which is given back. False: the file is gone, and nothing is to be told.
    [[nodiscard]] bool run_alone(OperationPtr& operation, ReadLease reader)
    {
        const async::Inside reading(&database_);
        auto now = Clock::now();
        (void)run(operation, *reader, Lent::for_good, now);
        return end(std::move(reader));
    }

    /// In the calling thread, with the writer's connection. nullopt: that was not to be had for long enough.
    [[nodiscard]] std::optional<Result<void>> run_brief_task(ReaderTask task, const Limits& limits,
                                                             ReadLease connection)
    {
        const auto begun = Clock::now();
        const bool to_be_ended = watch(*connection, nullptr, begun, limits.end_of_run());
        const async::Inside inside(
            &database_.writer(),
            async::Awaited::yes); // a function of the program's own may be called by the query
        task.run(*connection);
        const bool takes_long = to_be_ended && connection->out_of_time();
        database_.used(begun);
        if (!end(std::move(connection))) return fail(database_.file().lost_error());
        if (takes_long) return std::nullopt;
        return Result<void>();
    }

    /// How long a calling thread waits for a reader that would wait for so long without limits.
    [[nodiscard]] static std::chrono::milliseconds patience_of(const Limits& limits,
                                                               std::chrono::milliseconds patience)
    {
        if (!limits.deadline) return patience;
        return std::min(patience, std::chrono::ceil<std::chrono::milliseconds>(
                                      time_between(Clock::now(), *limits.deadline)));
    }

    /// In the calling thread, with a reader; none: all were in use for so long.
    [[nodiscard]] Result<void> run_task(ReaderTask task, const Limits& limits, ReadLease reader)
    {
        if (limits.any() && limits.passed(Clock::now())) return fail(too_late_error());
        if (!reader)
            return fail(errc::overloaded,
                        "the tenant's connections that may read (TenantOptions::readers) were in use for too "
                        "long; try again later");
        const auto outer = reader->watched(); // of a reading that this one is inside of
        if (limits.any()) reader->watch(outer.cancelled, std::min(outer.until, limits.end_of_run()));
        {
            const async::Inside reading(&database_);
            task.run(*reader);
        }
        if (limits.any()) reader->watch(outer.cancelled, outer.until);
        if (!reader.end()) return fail(database_.file().lost_error());
        return {};
    }

private:
    static constexpr Clock::duration half = loan / 2;

    enum class Lent : bool { for_a_moment, for_good };

    // Has what runs from now on ended after a moment, or at the limit, whichever is first. True: after a moment.
    static bool watch(sqlite::Connection& connection, const std::atomic<bool>* cancelled,
                      Clock::time_point now, Clock::time_point limit) noexcept
    {
        const auto until = now + half;
        if (until < limit)
            connection.watch(cancelled, until, half);
        else
            connection.watch(cancelled, limit);
        return until < limit;
    }

    // False: it has had its moment, and is to be run again.
    // `now` is moved on.
    [[nodiscard]] bool run(OperationPtr& operation, sqlite::Connection& connection, Lent lent,
                           Clock::time_point& now)
    {
        const auto begun = now;
        if (operation->cancelled()) return refuse(*operation, cancelled_early_error());
        if (operation->limits.passed(begun)) return refuse(*operation, too_late_error());
        if (!operation->claimed) {
            operation->claimed = operation->claim();
            if (!operation->claimed) return operation.reset(), true;
            counters_.read_wait.add(begun - operation->queued_at);
        }
        const auto limit = operation->limits.end_of_run();
        bool to_be_ended = false;
        if (lent == Lent::for_a_moment)
            to_be_ended = watch(connection, operation->cancel_flag(), begun, limit);
        else
            connection.watch(operation->cancel_flag(), limit);
        const bool succeeded = operation->run(connection);
        now = Clock::now();
        operation->takes_long = !succeeded && to_be_ended && connection.out_of_time();
        if (operation->takes_long) return false;
        counters_.read_time.add(now - begun);
        return true;
    }

    [[nodiscard]] bool refuse(Operation& operation, Error error) const
    {
        operation.fail_with(std::move(error.with_tenant(database_.id().view())));
        return true;
    }

    // Whether what was found may be told.
    [[nodiscard]] static bool end(ReadLease connection)
    {
        connection->watch(nullptr);
        return connection.end();
    }

    TenantDatabase& database_;
    TenantCounters& counters_;
};

} // namespace tenantry::detail
