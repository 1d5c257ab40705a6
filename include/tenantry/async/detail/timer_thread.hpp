// A thread for timers alone.
#pragma once

#include <thread>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/prefer.hpp>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

/// Where a `steady_timer` is made that is to go off beside the work, and not among it. Asio looks after the timers of an
/// execution context in the threads that do its work: where all of them are busy none goes off, and once there was one, a
/// pool asks the system for events (epoll) between any two pieces of work.
///
/// What a timer calls must not block: it posts what takes time. Thread-safe, except for `stop`, which is called by one
/// thread that is not this one.
class TimerThread {
public:
    TimerThread() : thread_([this] { run(); }) {}
    TimerThread(const TimerThread&) = delete;
    TimerThread& operator=(const TimerThread&) = delete;
    /// Destroys what timers would have called. There must be no timer any more but those that belong to that.
    ~TimerThread() { stop(); }

    /// For timers.
    [[nodiscard]] boost::asio::any_io_executor executor() { return context_.get_executor(); }

    /// Returns when nothing is running and nothing will be called any more. Timers may be set and cancelled on, to no effect.
    void stop() noexcept;

private:
    void run() noexcept;

    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{context_.get_executor()};
    std::thread thread_;
};

/// The same executor; where what it belongs to runs for as long as there is work, it has some while this lives. For what a
/// timer is to post to it.
[[nodiscard]] inline boost::asio::any_io_executor at_work(const boost::asio::any_io_executor& executor)
{
    return boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
}

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/async/impl/timer_thread.ipp>
#endif
