#pragma once

#include <tenantry/tenant/detail/held_lock.hpp>

#include <algorithm>

namespace tenantry::detail {

TENANTRY_DECL void HeldLock::found(Clock::time_point now, std::chrono::milliseconds patience) noexcept
{
    if (seen_ && now > last_) {
        const auto since = now - last_;
        const auto most = std::max(patience / 8, std::chrono::milliseconds(1));
        // Compared in the coarser unit: the longest durations cannot be told in the finer one.
        const bool is_late = std::chrono::floor<std::chrono::milliseconds>(since) >= most;
        time_ += is_late ? std::chrono::duration_cast<Clock::duration>(most) : since;
    }
    seen_ = true;
    last_ = now;
}

} // namespace tenantry::detail
