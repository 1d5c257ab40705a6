#pragma once

#include <tenantry/async/detail/timer_thread.hpp>

namespace tenantry::detail {

TENANTRY_DECL void TimerThread::stop() noexcept
{
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

TENANTRY_DECL void TimerThread::run() noexcept
{
    for (;;) {
        try {
            context_.run();
            return;     // it was stopped
        } catch (...) { // what was called; the others are to be called all the same
        }
    }
}

} // namespace tenantry::detail
