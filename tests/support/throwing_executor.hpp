// An executor that throws where it is told to, instead of taking work.
#pragma once

#include <atomic>
#include <stdexcept>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

namespace tenantry::test {

/// Over another executor, from which it has everything else.
class ThrowingExecutor {
public:
    /// Outlives the executors that refer to it. Thread-safe.
    class State {
    public:
        /// The n-th time from now on that it is given work it throws; 0: never.
        void throw_at(int nth) noexcept
        {
            thrown_ = false;
            left_ = nth;
        }
        /// Whether it has thrown since then.
        [[nodiscard]] bool thrown() const noexcept { return thrown_; }

        void count()
        {
            if (left_.load() <= 0 || left_.fetch_sub(1) != 1) return;
            thrown_ = true;
            throw std::runtime_error("the executor takes no work");
        }

    private:
        std::atomic<int> left_{0};
        std::atomic<bool> thrown_{false};
    };

    ThrowingExecutor(boost::asio::any_io_executor inner, State& state) noexcept
        : inner_(std::move(inner)), state_(&state)
    {}

    template <class Function>
    void execute(Function&& function) const
    {
        state_->count();
        inner_.execute(std::forward<Function>(function));
    }

    [[nodiscard]] boost::asio::execution_context& query(boost::asio::execution::context_t) const
    {
        return boost::asio::query(inner_, boost::asio::execution::context);
    }
    [[nodiscard]] ThrowingExecutor require(boost::asio::execution::blocking_t::never_t never) const
    {
        return {boost::asio::require(inner_, never), *state_};
    }
    [[nodiscard]] ThrowingExecutor prefer(boost::asio::execution::outstanding_work_t::tracked_t tracked) const
    {
        return {boost::asio::prefer(inner_, tracked), *state_};
    }
    [[nodiscard]] ThrowingExecutor prefer(
        boost::asio::execution::outstanding_work_t::untracked_t untracked) const
    {
        return {boost::asio::prefer(inner_, untracked), *state_};
    }

    friend bool operator==(const ThrowingExecutor& a, const ThrowingExecutor& b) noexcept
    {
        return a.inner_ == b.inner_ && a.state_ == b.state_;
    }
    friend bool operator!=(const ThrowingExecutor& a, const ThrowingExecutor& b) noexcept
    {
        return !(a == b);
    }

private:
    boost::asio::any_io_executor inner_;
    State* state_;
};

} // namespace tenantry::test
