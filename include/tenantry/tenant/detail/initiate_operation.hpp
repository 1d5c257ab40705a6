// How an operation of a handle begins: what Asio calls with the caller's handler.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include <tenantry/async/detail/fork.hpp>
#include <tenantry/async/detail/gate.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/tenant/detail/lease.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/port.hpp>
#include <tenantry/tenant/limits.hpp>

namespace tenantry::detail {

// Begins an operation on a lease: what `asio::async_initiate` calls, now or when a deferred operation is
// awaited.
template <class Outcome, class Work, void (TenantPort::*submit)(std::unique_ptr<Operation>)>
class InitiateOperation {
    using Callers =
        CallersOperation<typename Outcome::value_type, Work, LeasePtr, typename Outcome::error_type>;

public:
    InitiateOperation(LeasePtr lease, boost::asio::any_io_executor executor, const Limits& limits) noexcept
        : lease_(std::move(lease)), executor_(std::move(executor)), limits_(limits)
    {}

    using executor_type = boost::asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }

    template <class Handler>
    void operator()(Handler&& handler, Work work) const
    {
        std::size_t bytes = sizeof(Callers) + sizeof(Work);
        if constexpr (requires { work.held_bytes(); }) bytes += work.held_bytes();
        std::weak_ptr<Waker> waker;
        if (lease_) waker = lease_->tenant().weak_from_this();
        auto operation = make_operation(std::forward<Handler>(handler), std::move(work), std::move(waker));
        if (auto can = usable(lease_); !can) return operation->refuse(std::move(can).error());
        operation->limits = limits_;
        operation->bytes = bytes;
        (lease_->tenant().*submit)(std::move(operation));
    }

private:
    // A handler that has no executor of its own is called on the fleet's, unless that has ended.
    template <class Handler>
    auto make_operation(Handler&& handler, Work work, std::weak_ptr<Waker> waker) const
    {
        const GatePass alive(lease_ ? lease_->executor_gate() : nullptr);
        return std::make_unique<Callers>(std::move(work), lease_, std::forward<Handler>(handler),
                                         lease_ && alive ? executor_ : boost::asio::any_io_executor(),
                                         std::move(waker));
    }

    LeasePtr lease_;
    boost::asio::any_io_executor executor_;
    Limits limits_;
};

} // namespace tenantry::detail
