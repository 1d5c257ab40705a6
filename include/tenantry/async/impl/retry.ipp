#pragma once

#include <tenantry/async/retry.hpp>

#include <algorithm>
#include <string>
#include <thread>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <tenantry/core/detail/random.hpp>
#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/detail/thrown.hpp>

namespace tenantry {

TENANTRY_DECL bool may_try_again(const Error& error) noexcept
{
    return error == errc::busy || error == errc::overloaded || error == errc::too_many_open ||
           error == errc::batch_aborted;
}

} // namespace tenantry

namespace tenantry::detail {

TENANTRY_DECL Backoff::Backoff(const RetryPolicy& policy) noexcept : policy_(policy)
{
    policy_.longest_wait = std::max(policy.longest_wait, std::chrono::milliseconds(0));
    wait_ = std::clamp(policy.first_wait, std::chrono::milliseconds(0), policy_.longest_wait);
    if (policy.within.count() != 0) last_try_ = later(policy.clock.now(), policy.within);
}

TENANTRY_DECL auto Backoff::next(const Error& failure) noexcept -> std::optional<TimePoint>
{
    const bool again = may_try_again(failure) || (policy_.idempotent && failure == errc::unknown_outcome) ||
                       (policy_.also != nullptr && policy_.also(failure));
    if (!again || (policy_.tries != 0 && tried_ >= policy_.tries)) return std::nullopt;
    ++tried_;
    const auto whole = saturated<std::chrono::microseconds>(wait_).count();
    const auto half = static_cast<std::uint64_t>(whole / 2);
    const std::chrono::microseconds wait(whole - static_cast<std::int64_t>(random_number() % (half + 1)));
    wait_ = wait_ < policy_.longest_wait / 2 ? wait_ * 2 : policy_.longest_wait;
    const TimePoint time = later(policy_.clock.now(), wait);
    if (last_try_ && time > *last_try_) return std::nullopt;
    return time;
}

TENANTRY_DECL std::chrono::nanoseconds Backoff::until(TimePoint time) const noexcept
{
    // A clock that a test moves does not wake anybody.
    constexpr std::chrono::nanoseconds glance = std::chrono::milliseconds(5);
    const auto left =
        std::max(std::chrono::nanoseconds(time - policy_.clock.now()), std::chrono::nanoseconds(0));
    return policy_.clock.is_steady() ? left : std::min(left, glance);
}

TENANTRY_DECL void Backoff::wait_until(TimePoint time) const
{
    for (auto left = until(time); left.count() > 0; left = until(time)) std::this_thread::sleep_for(left);
}

TENANTRY_DECL Error cancelled_between_tries(const Error& last_failure)
{
    Error error(errc::cancelled, "cancelled while it waited to be tried again, after " +
                                     std::string(to_string(static_cast<errc>(last_failure.code().value()))));
    return std::move(error.with_tenant(last_failure.tenant()));
}

TENANTRY_DECL Error thrown_in_try(std::exception_ptr thrown) noexcept
{
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        if (error.code() == boost::asio::error::operation_aborted)
            return Error(errc::cancelled, "the operation was cancelled");
    } catch (...) { // as any other
    }
    return thrown_error(std::move(thrown), errc::body_failed, "the operation that is tried");
}

} // namespace tenantry::detail
