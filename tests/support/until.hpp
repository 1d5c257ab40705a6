// Waiting for a state that nobody tells of.
#pragma once

#include <chrono>
#include <thread>

#include "support/door.hpp"

namespace tenantry::test {

/// False: it did not come about.
template <class Done>
[[nodiscard]] bool until(Done done)
{
    const auto end = std::chrono::steady_clock::now() + long_enough;
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

} // namespace tenantry::test
