// What a Fleet and the operations on it know of what runs it. That is compiled only where fleets are opened.
#pragma once

#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include <tenantry/async/detail/cancellation.hpp>
#include <tenantry/async/detail/gate.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/time_source.hpp>
#include <tenantry/fleet/detail/lease_waiter.hpp>
#include <tenantry/fleet/options.hpp>
#include <tenantry/fleet/stats.hpp>
#include <tenantry/tenant/limits.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// Somebody who waits for the end of something. Answered exactly once, from any thread.
class EndWaiter {
public:
    virtual ~EndWaiter() = default;
    virtual void ended(Result<void> result) = 0;
    [[nodiscard]] virtual bool cancelled() const noexcept = 0;
};

/// A fleet at run time. Thread-safe. Its `wake` has it look through those who wait.
class FleetPort : public Waker {
public:
    [[nodiscard]] const boost::asio::any_io_executor& executor() const noexcept { return executor_; }

    /// The fleet was opened in another process, which this one was forked from: nothing of it may be touched, and none of its
    /// locks taken.
    [[nodiscard]] bool is_forked() const noexcept { return executor_gate_.is_forked(); }

    /// Shut once the executor may have ended: nothing is posted there any more.
    [[nodiscard]] Gate& executor_gate() noexcept { return executor_gate_; }

    /// Where handlers that have no executor of their own are called: on the fleet's. Empty where that has ended.
    [[nodiscard]] boost::asio::any_io_executor fallback(const GatePass& alive) const
    {
        return alive ? executor_ : boost::asio::any_io_executor();
    }

    /// Waits for a lease on the tenant, which is opened if need be. Its limits begin now.
    virtual void acquire(const TenantId& id, LeaseRequest request) = 0;

    virtual void create(const TenantId& id, std::unique_ptr<EndWaiter> waiter) = 0;
    virtual void destroy(const TenantId& id, std::unique_ptr<EndWaiter> waiter) = 0;

    /// Refuses new work, ends the accepted work in the given way, then checkpoints and closes every database.
    /// The waiter hears the first error that closing has met. Does not block. May be called again, to cancel what
    /// a first call drains; at the deadline of `limits` the fleet does so itself.
    virtual void close(Shutdown how, const Limits& limits, std::unique_ptr<EndWaiter> waiter) = 0;

    /// The destructor's way: cancels what waits, waits for bodies that run, closes every database in this
    /// thread.
    virtual void shut_down() noexcept = 0;

    /// Whether the calling thread may wait for the fleet: `errc::wrong_thread` where it would wait for itself.
    [[nodiscard]] virtual Result<void> may_wait() = 0;

    /// The same for the end of a tenant, which waits for reads of it, and of the fleet, which waits for scopes too. The first
    /// gives what it waits for, for `BlockedInside`.
    [[nodiscard]] virtual Result<const void*> may_wait_for_destruction(const TenantId& id) = 0;
    [[nodiscard]] virtual Result<void> may_wait_for_close() = 0;

    /// Counts the scopes (bodies of async_with and with) that have begun. `errc::fleet_closed`: no more of them.
    [[nodiscard]] virtual Result<void> enter_scope() = 0;
    virtual void leave_scope() = 0;

    /// `FleetOptions::clock`.
    [[nodiscard]] virtual TimeSource clock() const noexcept = 0;

    [[nodiscard]] virtual FleetStats stats() = 0;

    [[nodiscard]] virtual Result<std::vector<TenantId>> tenants() const = 0;
    [[nodiscard]] virtual std::filesystem::path directory(const TenantId& id) const = 0;

protected:
    explicit FleetPort(boost::asio::any_io_executor executor) noexcept : executor_(std::move(executor)) {}

private:
    const boost::asio::any_io_executor executor_;
    Gate executor_gate_;
};

/// A pool of threads that belongs to a fleet. Destroyed after the fleet, which has been shut down and finished it.
class FleetPool {
public:
    virtual ~FleetPool() = default;

    /// Ends the threads, once all that was answered has been told.
    virtual void finish() noexcept = 0;
};

} // namespace tenantry::detail
