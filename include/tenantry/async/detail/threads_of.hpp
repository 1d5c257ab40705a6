// How many threads do an executor's work.
#pragma once

#include <cstddef>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/occupancy.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/thread_pool.hpp>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

/// The threads of a `thread_pool`. 0: it is not known, as of every other executor.
[[nodiscard]] std::size_t threads_of(const boost::asio::any_io_executor& executor);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/async/impl/threads_of.ipp>
#endif
