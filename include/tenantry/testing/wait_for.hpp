// Asynchronous operations in tests that are not: their results, waited for in the test's thread.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace tenantry::testing {

/// A handler that keeps what an operation gives: one for each result, where asio::use_future is expensive to compile.
template <class R>
struct Arrival {
    std::shared_ptr<std::promise<R>> promise = ///< of the result
        std::make_shared<std::promise<R>>();
    /// Takes the result.
    void operator()(R result) const { promise->set_value(std::move(result)); }
};

/// The result of an operation of a fleet or a handle: `wait_for(db.async_write(insert(row)))`. Blocks until it is there; not
/// in a thread of the fleet's own, which would wait for itself.
template <class R, class... Parts>
[[nodiscard]] R wait_for(boost::asio::deferred_async_operation<void(R), Parts...> operation)
{
    Arrival<R> arrival;
    auto future = arrival.promise->get_future();
    std::move(operation)(std::move(arrival));
    return future.get();
}

/// What a coroutine returns, run to its end on a context of its own; what it throws is thrown here.
template <class R>
R run(boost::asio::awaitable<R> coroutine)
{
    boost::asio::io_context context;
    auto result = boost::asio::co_spawn(context, std::move(coroutine), boost::asio::use_future);
    context.run();
    return result.get();
}

} // namespace tenantry::testing
