// A caller's wish to have an operation ended, seen by the thread that runs it.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include <boost/asio/cancellation_type.hpp>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

/// Keeps waiting operations and removes those that were cancelled.
class Waker {
public:
    virtual ~Waker() = default;
    /// Called where the caller cancels; must not block and must not complete anything inline.
    virtual void wake(boost::asio::cancellation_type type) noexcept = 0;
};

/// One operation's cancellation: set in the caller's thread, read where the operation waits or runs.
/// Every type of Asio's cancellation is honoured alike: an operation that is ended has had no effect
/// (https://www.boost.org/doc/libs/release/doc/html/boost_asio/overview/core/cancellation.html).
class Cancellation {
public:
    explicit Cancellation(std::weak_ptr<Waker> waker) noexcept : waker_(std::move(waker)) {}

    void request(boost::asio::cancellation_type type) noexcept;

    [[nodiscard]] bool requested() const noexcept { return requested_.load(std::memory_order_acquire); }

    /// For SQLite's progress handler.
    [[nodiscard]] const std::atomic<bool>& flag() const noexcept { return requested_; }

private:
    std::atomic<bool> requested_{false};
    std::weak_ptr<Waker> waker_;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/async/impl/cancellation.ipp>
#endif
