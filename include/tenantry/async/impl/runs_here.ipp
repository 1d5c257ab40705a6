#pragma once

#include <tenantry/async/detail/runs_here.hpp>

namespace tenantry::detail {

TENANTRY_DECL bool runs_here(const boost::asio::any_io_executor& executor)
{
    using Pool = boost::asio::thread_pool::executor_type;
    using Context = boost::asio::io_context::executor_type;
    if (Inside::of(context_of(executor))) return true;
    if (detail::target_runs_here<Pool>(executor) || detail::target_runs_here<Context>(executor) ||
        detail::strand_runs_here<Pool>(executor) || detail::strand_runs_here<Context>(executor))
        return true;
    const auto* const strand = executor.target<boost::asio::strand<boost::asio::any_io_executor>>();
    return strand != nullptr && runs_here(strand->get_inner_executor());
}

} // namespace tenantry::detail
