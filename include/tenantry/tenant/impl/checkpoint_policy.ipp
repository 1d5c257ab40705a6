#pragma once

#include <tenantry/tenant/detail/checkpoint_policy.hpp>

#include <algorithm>
#include <utility>

namespace tenantry::detail {

TENANTRY_DECL void CheckpointPolicy::grown(std::uint64_t bytes, TimePoint now) noexcept
{
    // It was restarted. (What was written back may be more than was heard of before, but not than is heard of next.)
    if (bytes < bytes_ || (bytes != bytes_ && bytes < done_)) {
        restarted();
        changed_ = running_;
    }
    if (bytes > done_ && !since_) since_ = now;
    bytes_ = bytes;
}

TENANTRY_DECL CheckpointPolicy::Step CheckpointPolicy::next(bool idle, TimePoint now) noexcept
{
    const Step step = due(idle, now);
    return step == Step::none ? step : start(step);
}

TENANTRY_DECL bool CheckpointPolicy::passed(Passed pass, TimePoint now) noexcept
{
    if (!changed_ && pass.log < target_) {
        // Another process has restarted it before.
        restarted();
        bytes_ = std::min(bytes_, pass.log);
        target_ = pass.log;
    }
    // Only what was written back whole is restarted; it is not known how much of the new log is in the database.
    if (std::exchange(changed_, false)) target_ = pass.copied = 0;
    const bool whole = pass.copied >= target_;
    end(now);
    passed_ = whole && pass.copied > done_ ? pass.copied - done_ : 0;
    done_ = pass.copied;
    if (!whole) return false;
    stuck_ = 0;
    since_.reset();
    if (bytes_ > done_) since_ = now;
    return true;
}

TENANTRY_DECL void CheckpointPolicy::ended(Step step, bool complete, TimePoint now) noexcept
{
    changed_ = false;
    end(now);
    passed_ = 0;
    if (step == Step::beside) return;
    if (!complete) {
        if (step == Step::inside) stuck_ = bytes_;
        return;
    }
    restarted();
    bytes_ = 0;
    since_.reset();
}

TENANTRY_DECL CheckpointPolicy::Step CheckpointPolicy::due(bool idle, TimePoint now) const noexcept
{
    if (!options_.automatic || running_) return Step::none;
    // All of a full one may be in the database, and no commit restarts it while none may come.
    if (full()) return Step::inside;
    if (bytes_ <= done_) return Step::none;
    const std::uint64_t left = bytes_ - done_;
    if (bytes_ >= options_.limit) {
        if (stuck_ == 0) return Step::inside;
        // A checkpoint that is to restart the log may move nothing at all where somebody is in the way.
        if (!can_retry(now)) return Step::none;
        return beside_ && left > options_.size / 4 ? Step::beside : Step::inside;
    }
    if (idle && passed_ != 0 && left > options_.size / 32 && left <= passed_ / 2) return Step::beside;
    if (idle && passed_ != 0 && left <= options_.size / 4) return Step::reuse;
    if (has_grown(now)) {
        if (beside_) return Step::beside;
        if (idle) return Step::reuse;
    }
    if (idle && is_aged(now) && can_retry(now)) return Step::inside;
    return Step::none;
}

TENANTRY_DECL bool CheckpointPolicy::can_retry(TimePoint now) const noexcept
{
    constexpr std::chrono::milliseconds shortest{1000};
    return tried_ == 0 || bytes_ >= tried_ + options_.size ||
           now >= later(tried_at_, std::max(options_.age, shortest));
}

TENANTRY_DECL bool CheckpointPolicy::has_grown(TimePoint now) const noexcept
{
    const std::uint64_t before = std::max(done_, tried_);
    const bool young = before == 0 && since_ && now < later(*since_, options_.interval);
    return bytes_ >= before + (young ? std::max(options_.size, options_.limit / 2) : options_.size);
}

TENANTRY_DECL CheckpointPolicy::Step CheckpointPolicy::start(Step step) noexcept
{
    running_ = true;
    target_ = bytes_;
    return step;
}

TENANTRY_DECL void CheckpointPolicy::end(TimePoint now) noexcept
{
    running_ = false;
    tried_ = target_;
    tried_at_ = now;
}

TENANTRY_DECL void CheckpointPolicy::restarted() noexcept
{
    done_ = tried_ = stuck_ = passed_ = 0;
    ++restarts_;
}

} // namespace tenantry::detail
