// The one notion of time in stored rows.
#pragma once

#include <chrono>

namespace tenantry {

/// A point in time in UTC, in milliseconds since 1970-01-01. Stored as INTEGER.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// The system clock's time, cut to milliseconds.
[[nodiscard]] inline Timestamp now() noexcept
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

} // namespace tenantry
