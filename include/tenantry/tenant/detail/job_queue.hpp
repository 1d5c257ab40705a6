// What waits for one tenant, in order. No threads, no clocks: the tenant calls it under its lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <tenantry/tenant/detail/held_lock.hpp>
#include <tenantry/tenant/detail/job.hpp>
#include <tenantry/tenant/detail/job_list.hpp>

namespace tenantry::detail {

/// First in, first out, bounded. Nothing of it needs memory.
class JobQueue {
public:
    using JobPtr = std::unique_ptr<Job>;

    explicit JobQueue(std::size_t limit, std::size_t limit_of_bytes = unbounded)
        : limit_(limit), limit_of_bytes_(limit_of_bytes)
    {}

    [[nodiscard]] bool full() const noexcept { return jobs_.size() >= limit_; }

    /// Whether there is room for one of this size. One that is larger than the queue may be is let in where nobody waits.
    [[nodiscard]] bool has_room_for(std::size_t bytes) const noexcept
    {
        return !full() && (jobs_.empty() || (bytes_ < limit_of_bytes_ && bytes <= limit_of_bytes_ - bytes_));
    }
    [[nodiscard]] bool empty() const noexcept { return jobs_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return jobs_.size(); }

    /// The next one, or nullptr: it stays where it is.
    [[nodiscard]] const Job* next() const noexcept { return jobs_.front(); }

    void push(JobPtr job) noexcept
    {
        count(*job);
        jobs_.push_back(std::move(job));
    }

    /// The next one, or nullptr.
    [[nodiscard]] JobPtr pop() noexcept
    {
        JobPtr job = jobs_.pop_front();
        if (job) uncount(*job);
        return job;
    }

    /// One that could not be run yet keeps its turn.
    void put_back(JobPtr job) noexcept
    {
        count(*job);
        jobs_.push_front(std::move(job));
    }

    /// Several of them, in order.
    void put_back(JobList jobs) noexcept
    {
        for (const auto& job : jobs) count(*job);
        jobs.append(std::move(jobs_));
        jobs_ = std::move(jobs);
    }

    /// Those whose callers have cancelled, taken out; the others keep their order.
    [[nodiscard]] JobList take_cancelled()
    {
        return take_if([](const Job& job) { return job.cancelled(); });
    }

    /// Those whose deadline has passed, taken out.
    [[nodiscard]] JobList take_late(Job::Clock::time_point now)
    {
        return take_if([now](const Job& job) { return job.limits.passed(now); });
    }

    /// The first of the deadlines, if there are any.
    [[nodiscard]] std::optional<Job::Clock::time_point> next_deadline() const noexcept
    {
        std::optional<Job::Clock::time_point> first;
        if (deadlines_ == 0) return first;
        for (const auto& job : jobs_)
            if (job->limits.deadline && (!first || *job->limits.deadline < *first))
                first = job->limits.deadline;
        return first;
    }

    /// What those that wait take, about.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    /// How many have a deadline.
    [[nodiscard]] std::size_t deadlines() const noexcept { return deadlines_; }

    /// All wait for another process's lock, which is held at `now`: each lets it be held for `patience` at most.
    /// Those for whom that is over are taken out.
    [[nodiscard]] JobList wait_for_lock(Job::Clock::time_point now, std::chrono::milliseconds patience)
    {
        lock_.found(now, patience);
        for (const auto& job : jobs_)
            if (std::exchange(job->lock_wait, lock_wait_) != lock_wait_) job->lock_held_before = lock_.time();
        return take_if([&](const Job& job) {
            return HeldLock::is_enough(lock_.time() - job.lock_held_before, patience);
        });
    }

    /// The lock could be had: for those who wait on, waiting for it begins anew when it is found held the next time.
    void lock_was_had() noexcept
    {
        lock_.was_had();
        ++lock_wait_;
    }

    [[nodiscard]] JobList take_all() noexcept
    {
        deadlines_ = bytes_ = 0;
        return std::exchange(jobs_, {});
    }

private:
    static constexpr std::size_t unbounded = static_cast<std::size_t>(-1);

    void count(const Job& job) noexcept
    {
        deadlines_ += job.limits.deadline.has_value();
        bytes_ += job.bytes;
    }
    void uncount(const Job& job) noexcept
    {
        deadlines_ -= job.limits.deadline.has_value();
        bytes_ -= job.bytes;
    }

    template <class Meant>
    [[nodiscard]] JobList take_if(Meant meant)
    {
        JobList taken = jobs_.take_if(meant);
        for (const auto& job : taken) uncount(*job);
        return taken;
    }

    JobList jobs_;
    std::size_t deadlines_ = 0;
    std::size_t bytes_ = 0;
    HeldLock lock_;
    std::uint64_t lock_wait_ = 1; // of those for the lock, the one that goes on or comes next
    std::size_t limit_;
    std::size_t limit_of_bytes_;
};

} // namespace tenantry::detail
