// Ctrl-C and SIGTERM: the first asks to come to an end, the next ones insist.
#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/signal_set.hpp>

#include <tenantry/fleet/fleet.hpp>

namespace slots {

class Interrupt {
public:
    explicit Interrupt(const boost::asio::any_io_executor& executor) : signals_(executor) {}

    /// From now on signals no longer end the program but call `handler`, with how many came, on the executor.
    void on_signal(std::function<void(int count)> handler)
    {
        handler_ = std::move(handler);
        signals_.add(SIGINT);
        signals_.add(SIGTERM);
        wait();
    }

    /// From now on the first signal closes the fleet: scopes that have begun are done within this time, and what is left is
    /// cancelled. The second one cancels at once. The fleet must be there for as long as signals come; the end of the program
    /// closes it again, and is told whether that went well.
    template <class S>
    void closes(tenantry::Fleet<S>& fleet, std::chrono::seconds time)
    {
        on_signal([&fleet, time](int count) {
            const auto closed = [](const tenantry::Result<void>&) {};
            if (count == 1)
                fleet.async_close(tenantry::Shutdown::drain, tenantry::within(time), closed);
            else
                fleet.async_close(tenantry::Shutdown::cancel, closed);
        });
    }

    /// The last signal that came, or 0.
    [[nodiscard]] int signal() const noexcept { return signal_; }

private:
    void wait()
    {
        signals_.async_wait([this](boost::system::error_code error, int signal) {
            if (error) return;
            signal_ = signal;
            handler_(++count_);
            wait();
        });
    }

    boost::asio::signal_set signals_;
    std::function<void(int)> handler_;
    int signal_ = 0;
    int count_ = 0;
};

} // namespace slots
