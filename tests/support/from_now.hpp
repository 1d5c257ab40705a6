// Limits that have begun, for what is handed to a tenant without a handle.
#pragma once

#include <chrono>

#include <tenantry/tenant/limits.hpp>

namespace tenantry::test {

template <class Rep, class Period>
[[nodiscard]] Limits from_now(std::chrono::duration<Rep, Period> time)
{
    return within(time).beginning(Limits::Clock::now());
}

} // namespace tenantry::test
