#pragma once

#include <tenantry/async/detail/cancellation.hpp>

namespace tenantry::detail {

TENANTRY_DECL void Cancellation::request(boost::asio::cancellation_type type) noexcept
{
    if (type == boost::asio::cancellation_type::none) return;
    requested_.store(true, std::memory_order_release);
    if (auto waker = waker_.lock()) waker->wake(type);
}

} // namespace tenantry::detail
