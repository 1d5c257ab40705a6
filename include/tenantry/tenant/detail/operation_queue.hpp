// What waits for one tenant, in order. No threads, no clocks: the tenant calls it under its lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <tenantry/tenant/detail/held_lock.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/operation_list.hpp>

namespace tenantry::detail {

/// First in, first out, bounded. Nothing of it needs memory.
class OperationQueue {
public:
    using OperationPtr = std::unique_ptr<Operation>;

    explicit OperationQueue(std::size_t limit, std::size_t limit_of_bytes = unbounded)
        : limit_(limit), limit_of_bytes_(limit_of_bytes)
    {}

    [[nodiscard]] bool full() const noexcept { return operations_.size() >= limit_; }

    /// Whether there is room for one of this size. One that is larger than the queue may be is let in where nobody waits.
    [[nodiscard]] bool has_room_for(std::size_t bytes) const noexcept
    {
        return !full() &&
               (operations_.empty() || (bytes_ < limit_of_bytes_ && bytes <= limit_of_bytes_ - bytes_));
    }
    [[nodiscard]] bool empty() const noexcept { return operations_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return operations_.size(); }

    /// The next one, or nullptr: it stays where it is.
    [[nodiscard]] const Operation* next() const noexcept { return operations_.front(); }

    void push(OperationPtr operation) noexcept
    {
        count(*operation);
        operations_.push_back(std::move(operation));
    }

    /// The next one, or nullptr.
    [[nodiscard]] OperationPtr pop() noexcept
    {
        OperationPtr operation = operations_.pop_front();
        if (operation) uncount(*operation);
        return operation;
    }

    /// One that could not be run yet keeps its turn.
    void put_back(OperationPtr operation) noexcept
    {
        count(*operation);
        operations_.push_front(std::move(operation));
    }

    /// Several of them, in order.
    void put_back(OperationList operations) noexcept
    {
        for (const auto& operation : operations) count(*operation);
        operations.append(std::move(operations_));
        operations_ = std::move(operations);
    }

    /// Those whose callers have cancelled, taken out; the others keep their order.
    [[nodiscard]] OperationList take_cancelled()
    {
        return take_if([](const Operation& operation) { return operation.cancelled(); });
    }

    /// Those whose deadline has passed, taken out.
    [[nodiscard]] OperationList take_late(Operation::Clock::time_point now)
    {
        return take_if([now](const Operation& operation) { return operation.limits.passed(now); });
    }

    /// The first of the deadlines, if there are any.
    [[nodiscard]] std::optional<Operation::Clock::time_point> next_deadline() const noexcept
    {
        std::optional<Operation::Clock::time_point> first;
        if (deadlines_ == 0) return first;
        for (const auto& operation : operations_)
            if (operation->limits.deadline && (!first || *operation->limits.deadline < *first))
                first = operation->limits.deadline;
        return first;
    }

    /// What those that wait take, about.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    /// How many have a deadline.
    [[nodiscard]] std::size_t deadlines() const noexcept { return deadlines_; }

    /// All wait for another process's lock, which is held at `now`: each lets it be held for `patience` at most.
    /// Those for whom that is over are taken out.
    [[nodiscard]] OperationList wait_for_lock(Operation::Clock::time_point now,
                                              std::chrono::milliseconds patience)
    {
        lock_.found(now, patience);
        for (const auto& operation : operations_)
            if (std::exchange(operation->lock_wait, lock_wait_) != lock_wait_)
                operation->lock_held_before = lock_.time();
        return take_if([&](const Operation& operation) {
            return HeldLock::is_enough(lock_.time() - operation.lock_held_before, patience);
        });
    }

    /// The lock could be had: for those that still wait, the time that they wait for it starts again when it is found held the next time.
    void lock_was_had() noexcept
    {
        lock_.was_had();
        ++lock_wait_;
    }

    [[nodiscard]] OperationList take_all() noexcept
    {
        deadlines_ = bytes_ = 0;
        return std::exchange(operations_, {});
    }

private:
    static constexpr std::size_t unbounded = static_cast<std::size_t>(-1);

    void count(const Operation& operation) noexcept
    {
        deadlines_ += operation.limits.deadline.has_value();
        bytes_ += operation.bytes;
    }
    void uncount(const Operation& operation) noexcept
    {
        deadlines_ -= operation.limits.deadline.has_value();
        bytes_ -= operation.bytes;
    }

    template <class Meant>
    [[nodiscard]] OperationList take_if(Meant meant)
    {
        OperationList taken = operations_.take_if(meant);
        for (const auto& operation : taken) uncount(*operation);
        return taken;
    }

    OperationList operations_;
    std::size_t deadlines_ = 0;
    std::size_t bytes_ = 0;
    HeldLock lock_;
    std::uint64_t lock_wait_ = 1; // of those for the lock, the one that goes on or comes next
    std::size_t limit_;
    std::size_t limit_of_bytes_;
};

} // namespace tenantry::detail
