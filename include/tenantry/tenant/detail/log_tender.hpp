// Tends one tenant's write-ahead log: counts what is in it, and writes it back into the database.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/observer.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/profile.hpp>
#include <tenantry/tenant/detail/job.hpp>
#include <tenantry/tenant/detail/log_keeper.hpp>
#include <tenantry/tenant/detail/observation.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_file.hpp>
#include <tenantry/tenant/detail/writer.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

/// When something is to be done is for LogKeeper to say; here it is done, on the writer's connection or on one of its own
/// beside it. Knows nothing of executors: the tenant is told when to call `write_back`.
///
/// The writer's part is for whoever has the writer, one thread at a time; the pool's part and the rest may be called from
/// any thread beside it. Refers to what it is made with.
class LogTender {
public:
    LogTender(Writer& writer, TenantFile& file, const TenantOptions& options, const Observation& observation,
              TenantCounters& counters)
        : writer_(writer),
          file_(file),
          profile_(options.profile),
          observation_(observation),
          counters_(counters),
          limit_(options.checkpoints.refuse_at == 0
                     ? options.checkpoints.limit
                     : std::min(options.checkpoints.limit, options.checkpoints.refuse_at)),
          log_(when(options), !options.profile.exclusive)
    {}

    // --- the writer's part ------------------------------------------------------------------------------------------

    using TimePoint = Job::Clock::time_point;

    /// After what may have made the log longer, at `now`.
    void note(TimePoint now)
    {
        const std::lock_guard lock(mutex_);
        log_.grown(writer_.log_bytes(), now);
    }

    /// Between batches: notes how long the log is, and writes it back here and now where that is due, after `first()`.
    /// `idle`: nobody waits to write. True: it is to be written back beside what follows, by one call of `write_back` or
    /// `give_up`.
    template <class First>
    [[nodiscard]] bool tend(bool idle, TimePoint now, First&& first)
    {
        const auto step = next(idle, now);
        if (step == LogKeeper::Step::inside || step == LogKeeper::Step::reuse) {
            first();
            restart(step);
        }
        return step == LogKeeper::Step::beside;
    }

    /// Restarts the log if that can be done now, since much of it is of no use any more.
    void cut()
    {
        auto step = LogKeeper::Step::none;
        {
            const std::lock_guard lock(mutex_);
            step = log_.cut();
        }
        if (step == LogKeeper::Step::inside) restart(step);
    }

    /// What a batch finds.
    enum class Room : std::uint8_t {
        enough,
        little, ///< the log is at its limit: `tend` first, then it may be full
        none,   ///< the batch has to wait, and is to be tried again when `write_back` or `give_up` says so
    };
    [[nodiscard]] Room room()
    {
        if (writer_.log_bytes() < limit_) return Room::enough;
        const std::lock_guard lock(mutex_);
        awaited_ = log_.must_wait();
        return awaited_ ? Room::none : log_.at_limit() ? Room::little : Room::enough;
    }

    /// The log is so long that nothing more is to be written: `refuse` says that.
    [[nodiscard]] bool is_full()
    {
        const std::lock_guard lock(mutex_);
        return log_.full();
    }

    /// In place of a turn that would run the job.
    [[nodiscard]] Writer::Turn refuse(std::unique_ptr<Job> job) noexcept
    {
        Error full(errc::overloaded);
        try {
            full =
                Error(errc::overloaded,
                      "the tenant's write-ahead log is " + std::to_string(writer_.log_bytes()) +
                          " bytes long and cannot be restarted while somebody reads what is in it; end long "
                          "reads, or raise CheckpointOptions::refuse_at");
        } catch (...) { // no memory for the words
        }
        job->refuse(std::move(full.with_tenant(file_.id().view())));
        Writer::Turn turn;
        turn.done = 1;
        return turn;
    }

    // --- the pool's part --------------------------------------------------------------------------------------------

    /// What `tend` has asked for. Blocks; whoever writes goes on meanwhile. True: a batch has been waiting for it.
    [[nodiscard]] bool write_back()
    {
        auto left = caught("writing the log back", [this] { return checkpoint(); });
        if (!left) return ended(LogKeeper::Step::beside, fail(std::move(left).error()));
        const LogKeeper::Passed passed{writer_.log_bytes(left->log_frames),
                                       writer_.log_bytes(left->checkpointed_frames)};
        bool whole = false;
        {
            const std::lock_guard lock(mutex_);
            whole = log_.passed(passed, Job::Clock::now());
        }
        if (whole) return counted({});
        Error blocked(errc::busy, "a reader needs what is to be written over");
        return counted(fail(std::move(blocked.with_tenant(file_.id().view()))));
    }

    /// In place of `write_back` where the tenant is about to be closed, which does the same. True: as there.
    [[nodiscard]] bool give_up()
    {
        const std::lock_guard lock(mutex_);
        log_.ended(LogKeeper::Step::beside, false, Job::Clock::now());
        return std::exchange(awaited_, false);
    }

    // --- the rest ---------------------------------------------------------------------------------------------------

    /// There may be something for `tend` to do though nobody has written since.
    [[nodiscard]] bool is_old()
    {
        const std::lock_guard lock(mutex_);
        return log_.is_old(Job::Clock::now());
    }

private:
    // See CheckpointOptions::interval.
    [[nodiscard]] static CheckpointOptions when(const TenantOptions& options) noexcept
    {
        CheckpointOptions checkpoints = options.checkpoints;
        if (options.profile.exclusive || options.profile.durability == sqlite::Durability::full)
            checkpoints.interval = std::chrono::milliseconds(0);
        return checkpoints;
    }

    [[nodiscard]] LogKeeper::Step next(bool idle, TimePoint now)
    {
        const std::lock_guard lock(mutex_);
        log_.grown(writer_.log_bytes(), now);
        return log_.next(idle, now);
    }

    // Nobody waits for that: it is done where the waiting would be.
    void restart(LogKeeper::Step step)
    {
        const bool cut = step == LogKeeper::Step::inside;
        (void)ended(step,
                    writer_.restart_log(cut ? sqlite::Checkpoint::truncate : sqlite::Checkpoint::restart));
    }

    // On a connection of its own.
    [[nodiscard]] Result<sqlite::CheckpointState> checkpoint()
    {
        if (!file_.look()) return fail(file_.lost_error()); // no other file beside the one that is open
        auto connection = sqlite::Connection::open(file_.path(), sqlite::OpenMode::read_write, profile_);
        if (!connection) return fail(file_.not_opened(std::move(connection).error()));
        if (!file_.look_at_new(*connection)) return fail(file_.lost_error());
        if (auto bound = writer_.check_bound(*connection); !bound) return fail(std::move(bound).error());
        auto left = connection->checkpoint(sqlite::Checkpoint::passive);
        if (!left) return fail(file_.not_opened(std::move(left).error()));
        return left;
    }

    // True: a batch has been waiting for it.
    [[nodiscard]] bool ended(LogKeeper::Step step, const Result<void>& done)
    {
        // A reader keeps the log from being restarted just now: there will be another time.
        const bool missed = step == LogKeeper::Step::reuse && !done && done.error() == errc::busy;
        {
            const std::lock_guard lock(mutex_);
            log_.ended(step, done.has_value(), Job::Clock::now());
            if (missed) return std::exchange(awaited_, false);
        }
        return counted(done);
    }

    // The same.
    [[nodiscard]] bool counted(const Result<void>& done)
    {
        const bool blocked = !done && done.error() == errc::busy;
        bool awaited = false;
        bool news = !done;
        auto& counter = done      ? counters_.checkpoints
                        : blocked ? counters_.checkpoints_blocked
                                  : counters_.checkpoints_failed;
        counter.increment();
        {
            const std::lock_guard lock(mutex_);
            awaited = std::exchange(awaited_, false);
            // While somebody is in the way of one log, that is tried and met again and again.
            if (blocked) news = std::exchange(told_of_, log_.restarts()) != log_.restarts();
        }
        if (news)
            observation_.tell([&](Observer& observer) {
                Error error = done.error();
                observer.background_error(BackgroundTask::checkpoint, error.with_tenant(file_.id().view()));
            });
        return awaited;
    }

    Writer& writer_;
    TenantFile& file_;
    const sqlite::Profile& profile_;
    const Observation& observation_;
    TenantCounters& counters_;
    const std::uint64_t limit_; // below it there is room

    std::mutex mutex_; // of all that follows
    LogKeeper log_;
    std::optional<std::uint64_t>
        told_of_;          // which log the observer has heard of that it is blocked, by its restarts
    bool awaited_ = false; // only while it is being written back beside the writer
};

} // namespace tenantry::detail
