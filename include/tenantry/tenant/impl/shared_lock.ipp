#pragma once

#include <tenantry/tenant/detail/shared_lock.hpp>

#include <algorithm>
#include <utility>

namespace tenantry::detail {

TENANTRY_DECL SharedLock::Clock::duration SharedLock::refused(Clock::time_point now) noexcept
{
    met_at_ = now;
    met_ = true;
    held_ = {};
    return std::exchange(step_, std::min(2 * step_, longest_step));
}

TENANTRY_DECL SharedLock::Clock::duration SharedLock::had(Clock::time_point begun,
                                                          Clock::time_point ended) noexcept
{
    step_ = first_step;
    if (begun - met_at_ > lately) {
        met_ = false;
        return {};
    }
    held_ += ended - begun;
    if (held_ < in_a_row) return {};
    held_ = {};
    return 3 * longest_step / 2;
}

} // namespace tenantry::detail
