#pragma once

#include <tenantry/async/detail/fork.hpp>

namespace tenantry::detail {

TENANTRY_DECL Forks::Exposed::Exposed()
{
    static const int watched = ::pthread_atfork(nullptr, nullptr, [] {
        if (exposed_.load(std::memory_order_relaxed) != 0) count_.fetch_add(1, std::memory_order_relaxed);
    });
    (void)watched;
    exposed_.fetch_add(1, std::memory_order_relaxed);
}

TENANTRY_DECL Error forked_error()
{
    return Error(
        errc::fleet_closed,
        "this process was forked from one that has a fleet open, and nothing of that fleet can be used here, nor "
        "another one be opened: exec a program, or end with _exit()");
}

TENANTRY_DECL boost::asio::execution_context& CallingThread::query(
    boost::asio::execution::context_t /*property*/)
{
    static auto* const context = new boost::asio::execution_context; // for as long as there is the process
    return *context;
}

} // namespace tenantry::detail
