// Knows how long one tenant's write-ahead log is, and writes it back into the database when that is due.
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
#include <tenantry/sqlite/checkpoint.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/profile.hpp>
#include <tenantry/tenant/detail/checkpoint_policy.hpp>
#include <tenantry/tenant/detail/observation.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/tenant_counters.hpp>
#include <tenantry/tenant/detail/tenant_database.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

/// When something is to be done is for CheckpointPolicy to say; here it is done, on the writer's connection or on one of its
/// own beside it. Knows nothing of executors: the tenant is told when to call `write_back`.
///
/// The writer's part is for the thread that has the writer's connection; the pool's part and the rest may be
/// called from any thread beside it. Refers to what it is made with.
class Checkpointer {
public:
    using TimePoint = Operation::Clock::time_point;

    Checkpointer(TenantDatabase& database, const TenantOptions& options, const Observation& observation,
                 TenantCounters& counters);

    // --- the writer's part ------------------------------------------------------------------------------------------

    /// Right after a commit: notes how long the log is, before anyone is told of what was committed.
    void measure() noexcept { set_frames(database_.writer().log_length()); }

    /// Another connection has made the log so many frames long.
    void set_frames(std::uint64_t frames) noexcept { counters_.log_bytes.set(frames * frame_); }

    /// The log's length as it was noted last. From any thread.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return counters_.log_bytes.value(); }

    /// What was noted last was so at `now`.
    void note(TimePoint now);

    /// Between batches: does what `note` does, and writes the log back here and now where that is due, after `first()`.
    /// `idle`: nobody waits to write. True: it is to be written back beside what follows, by one call of `write_back` or
    /// `give_up`.
    template <class First>
    [[nodiscard]] bool checkpoint_if_due(bool idle, TimePoint now, First&& first)
    {
        const auto step = next(idle, now);
        if (step == CheckpointPolicy::Step::inside || step == CheckpointPolicy::Step::reuse) {
            first();
            restart(step);
        }
        return step == CheckpointPolicy::Step::beside;
    }

    /// In place of `checkpoint_if_due`, for a thread that must not do what that does: whether there is something, at `now`.
    [[nodiscard]] bool is_due(TimePoint now);

    /// Restarts the log if that can be done now, since much of it is of no use any more.
    void cut();

    /// What a batch finds.
    enum class Room : std::uint8_t {
        enough,
        little, ///< the log is at its limit: `checkpoint_if_due` first, then it may be full
        none,   ///< the batch has to wait, and is to be tried again when `write_back` or `give_up` says so
    };
    [[nodiscard]] Room room();

    /// The log is so long that nothing more is to be written, but answered with `full_error`.
    [[nodiscard]] bool is_full();
    [[nodiscard]] Error full_error() const noexcept;

    // --- the pool's part --------------------------------------------------------------------------------------------

    /// Does what `checkpoint_if_due` has returned true for. Blocks; writes go on meanwhile. True: a batch has been waiting for it.
    [[nodiscard]] bool write_back();

    /// In place of `write_back` where the tenant is about to be closed, which does the same. True: as there.
    [[nodiscard]] bool give_up();

    // --- the rest ---------------------------------------------------------------------------------------------------

    /// There may be something for `checkpoint_if_due` to do though nobody has written since.
    [[nodiscard]] bool is_old();

private:
    // See CheckpointOptions::interval.
    [[nodiscard]] static CheckpointOptions when(const TenantOptions& options) noexcept;

    [[nodiscard]] CheckpointPolicy::Step next(bool idle, TimePoint now);

    // On the writer's connection, while nobody waits for that: it is done where the waiting would be.
    void restart(CheckpointPolicy::Step step);
    [[nodiscard]] Result<void> restart_log(sqlite::Checkpoint how) noexcept;

    // On a connection of its own.
    [[nodiscard]] Result<sqlite::CheckpointState> checkpoint_beside();

    // True, both of them: a batch has been waiting for it.
    [[nodiscard]] bool ended(CheckpointPolicy::Step step, const Result<void>& done);
    [[nodiscard]] bool counted(const Result<void>& done);

    // So long is a log of so many frames.
    [[nodiscard]] std::uint64_t bytes_of(int frames) const noexcept
    {
        return frames > 0 ? static_cast<std::uint64_t>(frames) * frame_ : 0;
    }

    TenantDatabase& database_;
    const Observation& observation_;
    TenantCounters& counters_;
    const std::uint64_t limit_; // below it there is room
    std::uint64_t frame_;       // bytes that a page takes in the log

    std::mutex mutex_; // of all that follows
    CheckpointPolicy policy_;
    std::optional<std::uint64_t>
        told_of_;          // which log the observer has heard of that it is blocked, by its restarts
    bool awaited_ = false; // only while it is being written back beside the writer
};

inline Checkpointer::Checkpointer(TenantDatabase& database, const TenantOptions& options,
                                  const Observation& observation, TenantCounters& counters)
    : database_(database),
      observation_(observation),
      counters_(counters),
      limit_(options.checkpoints.refuse_at == 0
                 ? options.checkpoints.limit
                 : std::min(options.checkpoints.limit, options.checkpoints.refuse_at)),
      policy_(when(options), !options.profile.exclusive)
{
    constexpr std::int64_t usual_page = 4096;
    constexpr std::uint64_t frame_header = 24; // https://sqlite.org/fileformat2.html#the_write_ahead_log
    const auto page = database.writer().query_integer("PRAGMA page_size");
    frame_ = static_cast<std::uint64_t>(page.value_or(usual_page)) + frame_header;
}

inline CheckpointOptions Checkpointer::when(const TenantOptions& options) noexcept
{
    CheckpointOptions checkpoints = options.checkpoints;
    if (options.profile.exclusive || options.profile.durability == sqlite::Durability::full)
        checkpoints.interval = std::chrono::milliseconds(0);
    return checkpoints;
}

inline void Checkpointer::note(TimePoint now)
{
    const std::lock_guard lock(mutex_);
    policy_.grown(bytes(), now);
}

inline CheckpointPolicy::Step Checkpointer::next(bool idle, TimePoint now)
{
    const std::lock_guard lock(mutex_);
    policy_.grown(bytes(), now);
    return policy_.next(idle, now);
}

inline bool Checkpointer::is_due(TimePoint now)
{
    const std::lock_guard lock(mutex_);
    policy_.grown(bytes(), now);
    return policy_.is_old(now);
}

inline void Checkpointer::cut()
{
    auto step = CheckpointPolicy::Step::none;
    {
        const std::lock_guard lock(mutex_);
        step = policy_.cut();
    }
    if (step == CheckpointPolicy::Step::inside) restart(step);
}

inline Checkpointer::Room Checkpointer::room()
{
    if (bytes() < limit_) return Room::enough;
    const std::lock_guard lock(mutex_);
    awaited_ = policy_.must_wait();
    return awaited_ ? Room::none : policy_.at_limit() ? Room::little : Room::enough;
}

inline bool Checkpointer::is_full()
{
    const std::lock_guard lock(mutex_);
    return policy_.full();
}

inline Error Checkpointer::full_error() const noexcept
{
    Error full(errc::overloaded);
    try {
        full = Error(errc::overloaded,
                     "the tenant's write-ahead log is " + std::to_string(bytes()) +
                         " bytes long and cannot be restarted while somebody reads what is in it; end long "
                         "reads, or raise CheckpointOptions::refuse_at");
    } catch (...) { // no memory for the words
    }
    return std::move(full.with_tenant(database_.id().view()));
}

inline bool Checkpointer::write_back()
{
    auto left = caught("writing the log back", [this] { return checkpoint_beside(); });
    if (!left) return ended(CheckpointPolicy::Step::beside, fail(std::move(left).error()));
    const CheckpointPolicy::Passed passed{bytes_of(left->log_frames), bytes_of(left->checkpointed_frames)};
    bool whole = false;
    {
        const std::lock_guard lock(mutex_);
        whole = policy_.passed(passed, Operation::Clock::now());
    }
    if (whole) return counted({});
    Error blocked(errc::busy, "a reader needs what is to be written over");
    return counted(fail(std::move(blocked.with_tenant(database_.id().view()))));
}

inline bool Checkpointer::give_up()
{
    const std::lock_guard lock(mutex_);
    policy_.ended(CheckpointPolicy::Step::beside, false, Operation::Clock::now());
    return std::exchange(awaited_, false);
}

inline bool Checkpointer::is_old()
{
    const std::lock_guard lock(mutex_);
    return policy_.is_old(Operation::Clock::now());
}

inline void Checkpointer::restart(CheckpointPolicy::Step step)
{
    const bool cut = step == CheckpointPolicy::Step::inside;
    (void)ended(step, restart_log(cut ? sqlite::Checkpoint::truncate : sqlite::Checkpoint::restart));
}

// errc::busy if a reader is in the way, or another process.
inline Result<void> Checkpointer::restart_log(sqlite::Checkpoint how) noexcept
{
    sqlite::Connection& writer = database_.writer();
    if (auto known = database_.check_log(writer); !known) return known;
    auto done = caught("writing the log back", [&] { return writer.checkpoint(how); });
    if (!done) return fail(std::move(done.error().with_tenant(database_.id().view())));
    set_frames(0);
    return {};
}

inline Result<sqlite::CheckpointState> Checkpointer::checkpoint_beside()
{
    auto connection = database_.open_for_checkpoint();
    if (!connection) return fail(std::move(connection).error());
    if (auto known = database_.check_log(*connection); !known) return fail(std::move(known).error());
    auto left = connection->checkpoint(sqlite::Checkpoint::passive);
    if (!left) return fail(database_.file().not_opened(std::move(left).error()));
    return left;
}

inline bool Checkpointer::ended(CheckpointPolicy::Step step, const Result<void>& done)
{
    // A reader keeps the log from being restarted just now: there will be another time.
    const bool missed = step == CheckpointPolicy::Step::reuse && !done && done.error() == errc::busy;
    {
        const std::lock_guard lock(mutex_);
        policy_.ended(step, done.has_value(), Operation::Clock::now());
        if (missed) return std::exchange(awaited_, false);
    }
    return counted(done);
}

inline bool Checkpointer::counted(const Result<void>& done)
{
    const bool blocked = !done && done.error() == errc::busy;
    auto& counter = done      ? counters_.checkpoints
                    : blocked ? counters_.checkpoints_blocked
                              : counters_.checkpoints_failed;
    counter.increment();
    bool awaited = false;
    bool news = !done;
    {
        const std::lock_guard lock(mutex_);
        awaited = std::exchange(awaited_, false);
        // While somebody is in the way of one log, that is tried and met again and again.
        if (blocked) news = std::exchange(told_of_, policy_.restarts()) != policy_.restarts();
    }
    if (news)
        observation_.tell([&](Observer& observer) {
            Error error = done.error();
            observer.background_error(BackgroundTask::checkpoint, error.with_tenant(database_.id().view()));
        });
    return awaited;
}

} // namespace tenantry::detail
