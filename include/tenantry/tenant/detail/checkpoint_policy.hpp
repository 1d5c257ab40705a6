// When a tenant's write-ahead log is written back into its database. No threads, no clocks, no files: Checkpointer
// calls it and does what it says.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

/// Writing back beside the writer costs it little, but never gets to the end of a log that keeps growing: only a log
/// that was written back whole is restarted. So what has come meanwhile is written back after it, beside the writer as
/// long as that makes it less, and at last on the strand, as soon as nobody waits to write: writing over a file again is
/// faster than making it longer, twice as fast where each commit is synced. Two writes have to wait for that, the one that
/// comes meanwhile and the first in the new log, whatever the log's length: so a log that grows fast is left to grow long.
/// Where somebody always waits, a log at its limit is written back on the strand nevertheless, once what is left to do there
/// is little. A tenant that has one connection alone does all of it on the strand: while nobody waits to write, or when the
/// log has reached its limit.
class CheckpointPolicy {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// What is to be done next.
    enum class Step : std::uint8_t {
        none,
        beside, ///< a passive checkpoint on a connection of its own, while the writer goes on; then say `ended`
        inside, ///< one that restarts the log and cuts its file, on the writer's connection, now; then say `ended`
        reuse, ///< the same, leaving the file as long as it is, to be written over
    };

    /// `beside`: a connection beside the writer's can be had.
    explicit CheckpointPolicy(const CheckpointOptions& options, bool beside = true) noexcept
        : options_(options), beside_(beside)
    {}

    /// The log has so many bytes after a commit.
    void grown(std::uint64_t bytes, TimePoint now) noexcept;

    /// Asked before and after a batch, and now and then while nothing happens; `idle`: nobody waits to write.
    [[nodiscard]] Step next(bool idle, TimePoint now) noexcept;

    /// The log is to be restarted now, since much of it is of no use any more.
    [[nodiscard]] Step cut() noexcept
    {
        return options_.automatic && !running_ ? start(Step::inside) : Step::none;
    }

    /// What SQLite says that a checkpoint beside the writer has left, in bytes of log.
    struct Passed {
        std::uint64_t log = 0;    ///< its length when the checkpoint began
        std::uint64_t copied = 0; ///< of it are in the database
    };

    /// What came of `beside`. False: it was blocked, and some of what was in the log when it was begun is not in the
    /// database yet. What came later may be left without that.
    bool passed(Passed pass, TimePoint now) noexcept;

    /// What came of the others, or of any that was not done at all: the log was restarted, or it is as it was.
    void ended(Step step, bool complete, TimePoint now) noexcept;

    /// There may be something to do though nobody has written since.
    [[nodiscard]] bool is_old(TimePoint now) const noexcept { return due(true, now) != Step::none; }

    /// It is too long, and is being written back so that it can be restarted: the next batch has to wait for the end of that.
    [[nodiscard]] bool must_wait() const noexcept { return running_ && bytes_ >= options_.limit; }

    /// Something may have to be done about its length before the next batch.
    [[nodiscard]] bool at_limit() const noexcept { return bytes_ >= options_.limit || full(); }

    /// As after the last commit.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

    /// The log is so long that no more is to be written before it was restarted.
    [[nodiscard]] bool full() const noexcept
    {
        return options_.refuse_at != 0 && bytes_ >= options_.refuse_at;
    }

    /// How often it was restarted, as far as is known.
    [[nodiscard]] std::uint64_t restarts() const noexcept { return restarts_; }

private:
    [[nodiscard]] bool is_aged(TimePoint now) const noexcept
    {
        return since_ && now >= later(*since_, options_.age);
    }

    [[nodiscard]] Step due(bool idle, TimePoint now) const noexcept;

    // What has been tried in vain, somebody being in the way: not after each commit.
    [[nodiscard]] bool can_retry(TimePoint now) const noexcept;

    // By as much as is worth writing back.
    [[nodiscard]] bool has_grown(TimePoint now) const noexcept;

    [[nodiscard]] Step start(Step step) noexcept;

    void end(TimePoint now) noexcept;

    void restarted() noexcept;

    const CheckpointOptions options_;
    const bool beside_;
    std::uint64_t bytes_ = 0;
    std::uint64_t done_ = 0;   // up to here it is in the database
    std::uint64_t tried_ = 0;  // its length when the last attempt began
    std::uint64_t stuck_ = 0;  // its length when it could not be restarted by the writer, last time
    std::uint64_t target_ = 0; // its length when the running attempt began
    std::uint64_t passed_ = 0; // what was just written back beside the writer; 0: not whole, or otherwise
    std::uint64_t restarts_ = 0;
    std::optional<TimePoint> since_; // some of it is not in the database
    TimePoint tried_at_{};           // when the last attempt ended
    bool running_ = false;
    bool changed_ = false; // it was restarted while that was running
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/checkpoint_policy.ipp>
#endif
