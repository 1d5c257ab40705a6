// Upkeep of one tenant's database: runs what cannot be done in a transaction, on a connection that may do it.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/observer.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/unfenced.hpp>
#include <tenantry/sqlite/profile.hpp>
#include <tenantry/sqlite/transaction.hpp>
#include <tenantry/tenant/detail/checkpointer.hpp>
#include <tenantry/tenant/detail/connections.hpp>
#include <tenantry/tenant/detail/job.hpp>
#include <tenantry/tenant/detail/observation.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_database.hpp>
#include <tenantry/tenant/detail/tenant_file.hpp>

namespace tenantry::detail {

/// Runs jobs of `JobKind::apart`, one at a time, while nobody uses the writer: `run` is for whoever has that. Knows nothing
/// of queues: what could not be ended is handed back. Refers to what it is made with.
class Maintenance {
public:
    using JobPtr = std::unique_ptr<Job>;

    /// What came of a run.
    struct Run {
        JobPtr
            unfinished{}; ///< is to be run again; nullptr: it was answered, or dropped since its caller is gone
        std::optional<Error>
            locked{};          ///< why: another process has the lock that it needs. Else others go first
        bool had_lock = false; ///< it had that lock
    };

    Maintenance(TenantDatabase& database, const sqlite::Profile& profile, Checkpointer& log,
                Connections& readers, const Observation& observation, TenantCounters& counters)
        : database_(database),
          file_(database.file()),
          profile_(profile),
          log_(log),
          readers_(readers),
          observation_(observation),
          counters_(counters)
    {}

    /// Runs the job, or as much of it as is done at a time. Blocks.
    [[nodiscard]] Run run(JobPtr job)
    {
        if (auto why = not_to_be_run(*job)) {
            if (job->claimed) put_in_order(); // it has had turns before
            return job->refuse(std::move(*why)), Run();
        }
        bool there = true;
        if (profile_.exclusive) {
            const sqlite::Unfenced unfenced(database_.writer());
            there = run_on(database_.writer(), *job);
        } else {
            // A connection is not opened for every try: the writer's tells whether the lock is free.
            if (job->lock_wait != 0)
                if (auto locked =
                        sqlite::Transaction::begin(database_.writer(), sqlite::Behaviour::immediate);
                    !locked)
                    return not_begun(std::move(job), std::move(locked).error());
            auto connection =
                caught("opening a connection of maintenance", [this] { return database_.open_for_upkeep(); });
            if (!connection) return not_begun(std::move(job), std::move(connection).error());
            there = run_on(*connection, *job);
        }
        if (!job->claimed) return {};
        if (there) {
            const Error* const error = job->error();
            if (error != nullptr && waits_for(*error, *job)) {
                Error locked = *error;
                return {.unfinished = std::move(job), .locked = std::move(locked.with_tenant(name()))};
            }
            if (job->succeeded() && job->again() && !job->cancelled())
                return {.unfinished = std::move(job), .had_lock = true};
        }
        const bool succeeded = job->succeeded();
        end(*job, there);
        return {.had_lock = succeeded};
    }

private:
    [[nodiscard]] std::string_view name() const noexcept { return file_.id().view(); }

    [[nodiscard]] Error cancelled_error() const
    {
        return std::move(cancelled_early_error().with_tenant(name()));
    }

    [[nodiscard]] std::optional<Error> not_to_be_run(const Job& job) const
    {
        if (job.cancelled()) return cancelled_error();
        if (file_.lost()) return file_.lost_error();
        if (job.limits.passed(Job::Clock::now())) return std::move(too_late_error().with_tenant(name()));
        return std::nullopt;
    }

    // What the library does by itself is not worth waiting for.
    [[nodiscard]] static bool waits_for(const Error& error, const Job& job) noexcept
    {
        return error == errc::busy && !job.in_background();
    }

    [[nodiscard]] Run not_begun(JobPtr job, Error error)
    {
        if (waits_for(error, *job))
            return {.unfinished = std::move(job), .locked = std::move(error.with_tenant(name()))};
        error = file_.not_opened(std::move(error));
        failed(*job, error);
        job->refuse(std::move(error));
        return {};
    }

    // False: the file is not the tenant's any more.
    [[nodiscard]] bool run_on(sqlite::Connection& connection, Job& job)
    {
        if (!job.claimed) job.claimed = job.claim();
        if (!job.claimed) return true;
        // What VACUUM is to make of the file.
        if (profile_.incremental_vacuum) (void)connection.execute("PRAGMA main.auto_vacuum = INCREMENTAL");
        connection.watch(job.cancel_flag(), job.limits.end_of_run());
        const auto begun = Job::Clock::now();
        (void)job.run(connection);
        job.limits.has_run(Job::Clock::now() - begun);
        connection.watch(nullptr);
        if (connection.log_frames() != 0) log_.set_frames(connection.log_frames());
        log_.note(Job::Clock::now());
        return file_.glance();
    }

    // Nothing of what was done is to stay behind.
    void put_in_order()
    {
        log_.cut();
        readers_.close(); // so that they are opened with what is known now
    }

    void end(Job& job, bool there)
    {
        put_in_order(); // before it is answered, also where it failed
        const bool unfinished = job.succeeded() && job.again();
        if (job.succeeded())
            counters_.upkeeps.increment();
        else if (!job.cancelled())
            failed(job, job.error() != nullptr ? *job.error() : Error(errc::internal));
        if (!there)
            job.refuse(file_.absence());
        else if (unfinished)
            job.refuse(cancelled_error());
        else
            job.complete(name());
    }

    // Where nobody waits for the answer the observer hears of it.
    void failed(const Job& job, Error error)
    {
        counters_.upkeeps_failed.increment();
        if (!job.in_background()) return;
        observation_.tell([&](Observer& observer) {
            observer.background_error(BackgroundTask::upkeep, error.with_tenant(name()));
        });
    }

    TenantDatabase& database_;
    TenantFile& file_;
    const sqlite::Profile& profile_;
    Checkpointer& log_;
    Connections& readers_;
    const Observation& observation_;
    TenantCounters& counters_;
};

} // namespace tenantry::detail
