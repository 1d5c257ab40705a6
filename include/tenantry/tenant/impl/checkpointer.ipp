#pragma once

#include <tenantry/tenant/detail/checkpointer.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/observer.hpp>
#include <tenantry/sqlite/detail/database_file.hpp>
#include <tenantry/sqlite/profile.hpp>

namespace tenantry::detail {

TENANTRY_DECL Checkpointer::Checkpointer(TenantDatabase& database, const TenantOptions& options,
                                         const Observation& observation, TenantCounters& counters,
                                         TimeSource clock)
    : database_(database),
      observation_(observation),
      counters_(counters),
      clock_(clock),
      limit_(options.checkpoints.refuse_at == 0
                 ? options.checkpoints.limit
                 : std::min(options.checkpoints.limit, options.checkpoints.refuse_at)),
      policy_(when(options), !options.profile.exclusive)
{
    constexpr std::int64_t usual_page = 4096;
    const auto page = database.writer().query_integer("PRAGMA page_size");
    frame_ = static_cast<std::uint64_t>(page.value_or(usual_page)) + frame_header_bytes;
}

TENANTRY_DECL CheckpointOptions Checkpointer::when(const TenantOptions& options) noexcept
{
    CheckpointOptions checkpoints = options.checkpoints;
    if (options.profile.exclusive || options.profile.durability == sqlite::Durability::full)
        checkpoints.interval = std::chrono::milliseconds(0);
    return checkpoints;
}

TENANTRY_DECL void Checkpointer::note(TimePoint now)
{
    const std::lock_guard lock(mutex_);
    policy_.grown(bytes(), at(now));
}

TENANTRY_DECL CheckpointPolicy::Step Checkpointer::next(bool idle, TimePoint now)
{
    const std::lock_guard lock(mutex_);
    policy_.grown(bytes(), at(now));
    return policy_.next(idle, at(now));
}

TENANTRY_DECL bool Checkpointer::is_due(TimePoint now)
{
    const std::lock_guard lock(mutex_);
    policy_.grown(bytes(), at(now));
    return policy_.is_old(at(now));
}

TENANTRY_DECL void Checkpointer::cut()
{
    auto step = CheckpointPolicy::Step::none;
    {
        const std::lock_guard lock(mutex_);
        step = policy_.cut();
    }
    if (step == CheckpointPolicy::Step::inside) restart(step);
}

TENANTRY_DECL Checkpointer::Room Checkpointer::room()
{
    if (bytes() < limit_) return Room::enough;
    const std::lock_guard lock(mutex_);
    awaited_ = policy_.must_wait();
    return awaited_ ? Room::none : policy_.at_limit() ? Room::little : Room::enough;
}

TENANTRY_DECL bool Checkpointer::is_full()
{
    const std::lock_guard lock(mutex_);
    return policy_.full();
}

TENANTRY_DECL Error Checkpointer::full_error() const noexcept
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

TENANTRY_DECL bool Checkpointer::write_back()
{
    auto left = caught("writing the log back", [this] { return checkpoint_beside(); });
    if (!left) return ended(CheckpointPolicy::Step::beside, fail(std::move(left).error()));
    const CheckpointPolicy::Passed passed{bytes_of(left->log_frames), bytes_of(left->checkpointed_frames)};
    bool whole = false;
    {
        const std::lock_guard lock(mutex_);
        whole = policy_.passed(passed, clock_.now());
    }
    if (whole) return counted({});
    Error blocked(errc::busy, "a reader needs what is to be written over");
    return counted(fail(std::move(blocked.with_tenant(database_.id().view()))));
}

TENANTRY_DECL bool Checkpointer::give_up()
{
    const std::lock_guard lock(mutex_);
    policy_.ended(CheckpointPolicy::Step::beside, false, clock_.now());
    return std::exchange(awaited_, false);
}

TENANTRY_DECL bool Checkpointer::is_old()
{
    const std::lock_guard lock(mutex_);
    return policy_.is_old(clock_.now());
}

TENANTRY_DECL void Checkpointer::restart(CheckpointPolicy::Step step)
{
    const bool cut = step == CheckpointPolicy::Step::inside;
    (void)ended(step, restart_log(cut ? sqlite::Checkpoint::truncate : sqlite::Checkpoint::restart));
}

// errc::busy if a reader is in the way, or another process.
TENANTRY_DECL Result<void> Checkpointer::restart_log(sqlite::Checkpoint how) noexcept
{
    sqlite::Connection& writer = database_.writer();
    if (auto known = database_.check_log(writer); !known) return known;
    auto done = caught("writing the log back", [&] { return writer.checkpoint(how); });
    if (!done) return fail(std::move(done.error().with_tenant(database_.id().view())));
    set_frames(0);
    return {};
}

TENANTRY_DECL Result<sqlite::CheckpointState> Checkpointer::checkpoint_beside()
{
    auto connection = database_.open_for_checkpoint();
    if (!connection) return fail(std::move(connection).error());
    if (auto known = database_.check_log(*connection); !known) return fail(std::move(known).error());
    auto left = connection->checkpoint(sqlite::Checkpoint::passive);
    if (!left) return fail(database_.file().not_opened(std::move(left).error()));
    return left;
}

TENANTRY_DECL bool Checkpointer::ended(CheckpointPolicy::Step step, const Result<void>& done)
{
    // A reader keeps the log from being restarted just now: there will be another time.
    const bool missed = step == CheckpointPolicy::Step::reuse && !done && done.error() == errc::busy;
    {
        const std::lock_guard lock(mutex_);
        policy_.ended(step, done.has_value(), clock_.now());
        if (missed) return std::exchange(awaited_, false);
    }
    return counted(done);
}

TENANTRY_DECL bool Checkpointer::counted(const Result<void>& done)
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
        observation_.notify([&](Observer& observer) {
            Error error = done.error();
            observer.background_error(BackgroundTask::checkpoint, error.with_tenant(database_.id().view()));
        });
    return awaited;
}

} // namespace tenantry::detail
