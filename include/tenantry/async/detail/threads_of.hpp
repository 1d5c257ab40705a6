// How many threads do an executor's work.
#pragma once

#include <cstddef>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/occupancy.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/thread_pool.hpp>

namespace tenantry::async {

/// The threads of a `thread_pool`. 0: it is not known, as of every other executor.
[[nodiscard]] inline std::size_t threads_of(const boost::asio::any_io_executor& executor)
{
    const auto* const pool = executor.target<boost::asio::thread_pool::executor_type>();
    return pool == nullptr ? 0 : boost::asio::query(*pool, boost::asio::execution::occupancy);
}

} // namespace tenantry::async
