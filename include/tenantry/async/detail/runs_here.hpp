// Whether the calling thread is one that does an executor's work.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <tenantry/async/detail/inside.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

/// Where the executor's work is done: what a thread that does some of it is `Inside` of.
[[nodiscard]] inline const boost::asio::execution_context* context_of(
    const boost::asio::any_io_executor& executor)
{
    return &boost::asio::query(executor, boost::asio::execution::context);
}

using AnyExecutor = boost::asio::any_io_executor;

template <class Executor>
[[nodiscard]] bool target_runs_here(const AnyExecutor& executor) noexcept
{
    const auto* const target = executor.target<Executor>();
    return target != nullptr && target->running_in_this_thread();
}

template <class Executor>
[[nodiscard]] bool strand_runs_here(const AnyExecutor& executor) noexcept
{
    const auto* const target = executor.target<boost::asio::strand<Executor>>();
    return target != nullptr && target->get_inner_executor().running_in_this_thread();
}

/// True for every thread that runs a `thread_pool` or an `io_context`, and for strands over them. Of an executor of
/// another kind only those threads are known that are `Inside` of its context.
[[nodiscard]] bool runs_here(const boost::asio::any_io_executor& executor);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/async/impl/runs_here.ipp>
#endif
