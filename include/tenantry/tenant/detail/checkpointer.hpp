// Knows how long one tenant's write-ahead log is, and writes it back into the database when that is due.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/time_source.hpp>
#include <tenantry/sqlite/checkpoint.hpp>
#include <tenantry/sqlite/connection.hpp>
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
/// called from any thread beside it. Refers to what it is made with. How old the log is, is reckoned by the fleet's `clock`; the
/// times that it is given are the steady clock's.
class Checkpointer {
public:
    using TimePoint = Operation::Clock::time_point;

    Checkpointer(TenantDatabase& database, const TenantOptions& options, const Observation& observation,
                 TenantCounters& counters, TimeSource clock = {});

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
    // The fleet's time, as it is when the steady clock says `now`.
    [[nodiscard]] TimePoint at(TimePoint now) const noexcept
    {
        return clock_.is_steady() ? now : clock_.now();
    }

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
    const TimeSource clock_;
    const std::uint64_t limit_; // below it there is room
    std::uint64_t frame_;       // bytes that a page takes in the log

    std::mutex mutex_; // of all that follows
    CheckpointPolicy policy_;
    std::optional<std::uint64_t>
        told_of_;          // which log the observer has heard of that it is blocked, by its restarts
    bool awaited_ = false; // only while it is being written back beside the writer
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/checkpointer.ipp>
#endif
