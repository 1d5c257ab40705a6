// A caller with an executor and a cancellation signal of his own, both used in the test's thread only.
#pragma once

#include <optional>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <tenantry/core/error.hpp>

#include "support/door.hpp"

namespace tenantry::test {

/// One call of an operation.
class Caller {
public:
    template <class Operation>
    void begin(Operation&& operation)
    {
        std::forward<Operation>(operation)(boost::asio::bind_executor(
            context_.get_executor(),
            boost::asio::bind_cancellation_slot(signal_.slot(), [this](const auto& result) {
                ++answers_;
                error_ = result ? std::nullopt : std::optional<Error>(result.error());
            })));
    }

    void cancel(boost::asio::cancellation_type type = boost::asio::cancellation_type::terminal)
    {
        signal_.emit(type);
    }

    /// Waits for the answer. False: there was none.
    [[nodiscard]] bool answered()
    {
        context_.restart();
        context_.run_for(long_enough);
        return answers_ == 1;
    }
    [[nodiscard]] bool succeeded() { return answered() && !error_; }
    [[nodiscard]] bool failed(errc code) { return answered() && error_ && *error_ == code; }

    /// Whether the answer has come, without waiting.
    [[nodiscard]] bool pending()
    {
        context_.restart();
        context_.poll();
        return answers_ == 0;
    }

    /// Runs what the operation does in the caller's context, until `done()`.
    template <class Done>
    [[nodiscard]] bool run_until(Done done)
    {
        const auto until = std::chrono::steady_clock::now() + long_enough;
        context_.restart();
        while (!done() && std::chrono::steady_clock::now() < until)
            if (context_.run_one_for(std::chrono::milliseconds(1)) == 0) context_.restart();
        return done();
    }

    [[nodiscard]] boost::asio::cancellation_slot slot() noexcept { return signal_.slot(); }
    [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
    [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }

private:
    boost::asio::io_context context_;
    boost::asio::cancellation_signal signal_;
    int answers_ = 0;
    std::optional<Error> error_;
};

} // namespace tenantry::test
