// When a tenant's write-ahead log is written back into its database. No threads, no clocks, no files: the tenant
// calls it on its strand and does what it says.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include <tenantry/core/saturating_time.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

/// Writing back beside the writer costs it little, but never gets to the end of a log that keeps growing: only a log
/// that was written back whole is begun anew. So what has come meanwhile is written back after it, beside the writer as
/// long as that makes it less, and at last on the strand, as soon as nobody waits to write: writing over a file again is
/// faster than making it longer, twice as fast where each commit is synced. Two writes have to wait for that, the one that
/// comes meanwhile and the first in the new log, whatever the log's length: so a log that grows fast is left to grow long.
/// Where somebody always waits, a log at its limit is written back on the strand nevertheless, once what is left to do there
/// is little. A tenant that has one connection alone does all of it on the strand: while nobody waits to write, or when the
/// log has reached its limit.
class LogKeeper {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// What is to be done next.
    enum class Step : std::uint8_t {
        none,
        beside, ///< a passive checkpoint on a connection of its own, while the writer goes on; then say `ended`
        inside, ///< one that begins the log anew and cuts its file, on the writer's connection, now; then say `ended`
        reuse, ///< the same, leaving the file as long as it is, to be written over
    };

    /// `beside`: a connection beside the writer's can be had.
    explicit LogKeeper(const CheckpointOptions& options, bool beside = true) noexcept
        : options_(options), beside_(beside)
    {}

    /// The log has so many bytes after a commit.
    void grown(std::uint64_t bytes, TimePoint now) noexcept
    {
        if (bytes < bytes_) {
            // It was begun anew.
            done_ = tried_ = stuck_ = 0;
            passed_ = 0;
        }
        if (bytes > done_ && !since_) since_ = now;
        bytes_ = bytes;
    }

    /// Asked before and after a batch, and now and then while nothing happens; `idle`: nobody waits to write.
    [[nodiscard]] Step next(bool idle, TimePoint now) noexcept
    {
        if (!options_.automatic || bytes_ <= done_ || running_) return Step::none;
        // What has been tried in vain is tried again when the log has grown by as much again.
        if (full() || bytes_ >= std::max(options_.limit, stuck_ + options_.size)) return start(Step::inside);
        const std::uint64_t left = bytes_ - done_;
        if (idle && passed_ != 0 && left > options_.size / 32 && left <= passed_ / 2)
            return start(Step::beside);
        if (idle && passed_ != 0 && left <= options_.size / 4) return start(Step::reuse);
        if (has_grown(now)) {
            if (beside_) return start(Step::beside);
            if (idle) return start(Step::reuse);
        }
        if (idle && is_aged(now) && tried_ != bytes_) return start(Step::inside);
        return Step::none;
    }

    /// The log is to be begun anew now, since much of it is of no use any more.
    [[nodiscard]] Step cut() noexcept
    {
        return options_.automatic && !running_ ? start(Step::inside) : Step::none;
    }

    /// What came of it: all that was in the log when it was begun is in the database, or somebody was in the way.
    void ended(Step step, bool complete, TimePoint now) noexcept
    {
        running_ = false;
        if (step == Step::inside) stuck_ = complete ? 0 : bytes_;
        if (step != Step::beside && complete) bytes_ = target_ = stuck_ = 0;
        // The writer may have begun it anew meanwhile.
        tried_ = bytes_ < target_ ? 0 : target_;
        passed_ = complete && tried_ > done_ ? tried_ - done_ : 0;
        if (!complete) return;
        done_ = tried_;
        since_.reset();
        if (bytes_ > done_) since_ = now;
    }

    /// There may be something to do though nobody has written since.
    [[nodiscard]] bool is_old(TimePoint now) const noexcept
    {
        return options_.automatic && since_ && (is_aged(now) || has_grown(now));
    }

    /// It is too long, and is being written back: the next batch has to wait for `ended`.
    [[nodiscard]] bool must_wait() const noexcept { return running_ && bytes_ >= options_.limit; }

    /// Something may have to be done about its length before the next batch.
    [[nodiscard]] bool at_limit() const noexcept { return bytes_ >= options_.limit || full(); }

    /// As after the last commit.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

    /// The log is so long that no more is to be written before it was begun anew.
    [[nodiscard]] bool full() const noexcept
    {
        return options_.refuse_at != 0 && bytes_ >= options_.refuse_at;
    }

private:
    [[nodiscard]] bool is_aged(TimePoint now) const noexcept
    {
        return since_ && now >= later(*since_, options_.age);
    }

    // By as much as is worth writing back.
    [[nodiscard]] bool has_grown(TimePoint now) const noexcept
    {
        const std::uint64_t before = std::max(done_, tried_);
        const bool young = before == 0 && since_ && now < later(*since_, options_.interval);
        return bytes_ >= before + (young ? std::max(options_.size, options_.limit / 2) : options_.size);
    }

    [[nodiscard]] Step start(Step step) noexcept
    {
        running_ = true;
        target_ = bytes_;
        return step;
    }

    const CheckpointOptions options_;
    const bool beside_;
    std::uint64_t bytes_ = 0;
    std::uint64_t done_ = 0;   // up to here it is in the database
    std::uint64_t tried_ = 0;  // its length when the last attempt began
    std::uint64_t stuck_ = 0;  // its length when it could not be begun anew, last time
    std::uint64_t target_ = 0; // its length when the running attempt began
    std::uint64_t passed_ = 0; // what was just written back beside the writer; 0: not whole, or otherwise
    std::optional<TimePoint> since_;
    bool running_ = false;
};

} // namespace tenantry::detail
