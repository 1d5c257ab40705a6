#pragma once

#include <tenantry/async/detail/threads_of.hpp>

namespace tenantry::detail {

TENANTRY_DECL std::size_t threads_of(const boost::asio::any_io_executor& executor)
{
    const auto* const pool = executor.target<boost::asio::thread_pool::executor_type>();
    return pool == nullptr ? 0 : boost::asio::query(*pool, boost::asio::execution::occupancy);
}

} // namespace tenantry::detail
