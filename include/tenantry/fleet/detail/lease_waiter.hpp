// A request for a lease that waits, and its place among the others.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/tenant/detail/lease.hpp>
#include <tenantry/tenant/limits.hpp>

namespace tenantry::detail {

/// Somebody who waits for a lease. Answered exactly once, from any thread.
class LeaseWaiter {
public:
    virtual ~LeaseWaiter() = default;
    virtual void granted(LeasePtr lease) = 0;
    virtual void refused(Error error) = 0;
    [[nodiscard]] virtual bool cancelled() const noexcept = 0;
};

/// One wait for a lease, as the fleet keeps it. Destroyed unanswered it is refused: there was no memory for it.
class LeaseRequest {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    LeaseRequest() = default;

    /// What runs in the background steps back for live traffic, and a tenant that is opened for it alone is closed after it.
    explicit LeaseRequest(std::unique_ptr<LeaseWaiter> waiter, bool background = false,
                          const Limits& the_limits = {}) noexcept
        : limits(the_limits), in_background(background), waiter_(std::move(waiter))
    {}

    LeaseRequest(LeaseRequest&&) noexcept = default;
    LeaseRequest& operator=(LeaseRequest&& other) noexcept
    {
        LeaseRequest taken(std::move(other));
        std::swap(waiter_, taken.waiter_);
        deadline = taken.deadline;
        limits = taken.limits;
        in_background = taken.in_background;
        return *this;
    }
    LeaseRequest(const LeaseRequest&) = delete;
    LeaseRequest& operator=(const LeaseRequest&) = delete;
    ~LeaseRequest() { refuse(Error(errc::out_of_memory)); }

    /// Whether it is there still, and not answered.
    [[nodiscard]] explicit operator bool() const noexcept { return waiter_ != nullptr; }

    /// Once; nothing happens where it was answered.
    void grant(LeasePtr lease)
    {
        if (const auto waiter = take()) waiter->granted(std::move(lease));
    }
    void refuse(Error error)
    {
        if (const auto waiter = take()) waiter->refused(std::move(error));
    }

    /// Who waits, to be answered by the caller.
    [[nodiscard]] std::unique_ptr<LeaseWaiter> take() noexcept { return std::exchange(waiter_, nullptr); }

    [[nodiscard]] bool is_cancelled() const noexcept { return waiter_->cancelled(); }

    /// When it gives up while nobody has begun to open its tenant.
    [[nodiscard]] TimePoint gives_up_at() const noexcept { return std::min(deadline, limits.last_moment()); }

    TimePoint deadline{}; // for room, and for a thread that opens the tenant
    Limits limits{};      // for all of that, for what opening takes, and for what is done with the lease
    bool in_background = false;

private:
    std::unique_ptr<LeaseWaiter> waiter_;
};

} // namespace tenantry::detail
