#pragma once

#include <tenantry/tenant/detail/read_runner.hpp>

#include <algorithm>
#include <utility>

#include <tenantry/async/detail/inside.hpp>
#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry::detail {

TENANTRY_DECL bool ReadRunner::run_together(ReadBatch& reads, ReadLease writers, Clock::duration& left)
{
    const auto start = Clock::now();
    sqlite::Connection& connection = *writers;
    {
        // They waited at the same time, so they may see the same state of the database: the file's locks are taken once.
        std::optional<sqlite::Transaction> together;
        if (reads.count > 1)
            if (auto begun = sqlite::Transaction::begin(connection, sqlite::Behaviour::deferred); begun)
                together.emplace(std::move(*begun));
        // One is run however late it is, so that the connection was not lent for nothing.
        auto now = start;
        while (!reads.all_done() && (reads.done == 0 || left > Clock::duration::zero())) {
            const auto before = now;
            const bool over = run(reads.operations[reads.done], connection, Lent::briefly, now);
            left -= std::min<Clock::duration>(now - before, half);
            if (!over) break;
            ++reads.done;
        }
    }
    database_.used(start);
    return end(std::move(writers));
}

TENANTRY_DECL bool ReadRunner::run_alone(OperationPtr& operation, ReadLease reader)
{
    const Inside reading(&database_);
    auto now = Clock::now();
    (void)run(operation, *reader, Lent::until_done, now);
    return end(std::move(reader));
}

TENANTRY_DECL std::optional<Result<void>> ReadRunner::run_brief_task(ReaderTask task, const Limits& limits,
                                                                     ReadLease connection)
{
    const auto begun = Clock::now();
    const bool to_be_ended = watch(*connection, nullptr, begun, limits.end_of_run());
    const Inside inside(&database_.writer(),
                        Awaited::yes); // a function of the program's own may be called by the query
    task.run(*connection);
    const bool takes_long = to_be_ended && connection->out_of_time();
    database_.used(begun);
    if (!end(std::move(connection))) return fail(database_.file().lost_error());
    if (takes_long) return std::nullopt;
    return Result<void>();
}

TENANTRY_DECL std::chrono::milliseconds ReadRunner::patience_of(const Limits& limits,
                                                                std::chrono::milliseconds patience)
{
    if (!limits.deadline) return patience;
    return std::min(
        patience, std::chrono::ceil<std::chrono::milliseconds>(time_between(Clock::now(), *limits.deadline)));
}

TENANTRY_DECL Result<void> ReadRunner::run_task(ReaderTask task, const Limits& limits, ReadLease reader)
{
    if (limits.any() && limits.passed(Clock::now())) return fail(too_late_error());
    if (!reader)
        return fail(errc::overloaded,
                    "the tenant's connections that may read (TenantOptions::readers) were in use for too "
                    "long; try again later");
    const auto outer = reader->watched(); // of a reading that this one is inside of
    if (limits.any()) reader->watch(outer.cancelled, std::min(outer.until, limits.end_of_run()));
    {
        const Inside reading(&database_);
        task.run(*reader);
    }
    if (limits.any()) reader->watch(outer.cancelled, outer.until);
    if (!reader.end()) return fail(database_.file().lost_error());
    return {};
}

TENANTRY_DECL bool ReadRunner::watch(sqlite::Connection& connection, const std::atomic<bool>* cancelled,
                                     Clock::time_point now, Clock::time_point limit) noexcept
{
    const auto until = now + half;
    if (until < limit)
        connection.watch(cancelled, until, half);
    else
        connection.watch(cancelled, limit);
    return until < limit;
}

TENANTRY_DECL bool ReadRunner::run(OperationPtr& operation, sqlite::Connection& connection, Lent lent,
                                   Clock::time_point& now)
{
    const auto begun = now;
    if (operation->cancelled()) return refuse(*operation, cancelled_early_error());
    if (operation->limits.passed(begun)) return refuse(*operation, too_late_error());
    if (!operation->is_claimed()) {
        if (!operation->claim_once()) return operation.reset(), true;
        counters_.read_wait.add(begun - operation->queued_at);
    }
    const auto limit = operation->limits.end_of_run();
    bool to_be_ended = false;
    if (lent == Lent::briefly)
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

TENANTRY_DECL bool ReadRunner::refuse(Operation& operation, Error error) const
{
    operation.fail_with(std::move(error.with_tenant(database_.id().view())));
    return true;
}

TENANTRY_DECL bool ReadRunner::end(ReadLease connection)
{
    connection->watch(nullptr);
    return connection.end();
}

} // namespace tenantry::detail
