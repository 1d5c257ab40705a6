// An executor that throws where it is told to, or now and then, instead of taking work.
#pragma once

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

namespace tenantry::test {

/// Outlives the executors that refer to it. Thread-safe.
class ThrowingState {
public:
    /// The n-th time from now on that it is given work it throws; 0: never.
    void throw_at(int nth) noexcept
    {
        thrown_ = false;
        left_ = nth;
    }
    /// Whether it has thrown since then.
    [[nodiscard]] bool thrown() const noexcept { return thrown_; }

    /// From now on it throws as well about once in so many times; 0: it does not.
    void throw_one_in(std::uint64_t times) noexcept { one_in_ = times; }
    /// How often it has thrown for that.
    [[nodiscard]] std::uint64_t times_thrown() const noexcept { return times_thrown_; }

    void count()
    {
        if (const auto times = one_in_.load(); times != 0 && mixed(++calls_) % times == 0) {
            ++times_thrown_;
            throw std::runtime_error("the executor takes no work now");
        }
        if (left_.load() <= 0 || left_.fetch_sub(1) != 1) return;
        thrown_ = true;
        throw std::runtime_error("the executor takes no work");
    }

private:
    // Numbers that look like chance to whoever counts.
    [[nodiscard]] static std::uint64_t mixed(std::uint64_t number) noexcept
    {
        number = (number ^ (number >> 31U)) * 0x9E3779B97F4A7C15U;
        return (number ^ (number >> 29U)) * 0xBF58476D1CE4E5B9U >> 32U;
    }

    std::atomic<std::uint64_t> one_in_{0};
    std::atomic<std::uint64_t> calls_{0};
    std::atomic<std::uint64_t> times_thrown_{0};
    std::atomic<int> left_{0};
    std::atomic<bool> thrown_{false};
};

/// Over another executor, from which it has everything else: that of an io_context or a thread_pool, which is small. (An
/// any_io_executor counts references to larger ones, in a way that the thread sanitizer does not understand.)
template <class Inner>
class ThrowingExecutor {
public:
    ThrowingExecutor(Inner inner, ThrowingState& state) noexcept : inner_(std::move(inner)), state_(&state) {}

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
    [[nodiscard]] auto require(boost::asio::execution::blocking_t::never_t never) const
    {
        return over(boost::asio::require(inner_, never));
    }
    [[nodiscard]] auto prefer(boost::asio::execution::outstanding_work_t::tracked_t tracked) const
    {
        return over(boost::asio::prefer(inner_, tracked));
    }
    [[nodiscard]] auto prefer(boost::asio::execution::outstanding_work_t::untracked_t untracked) const
    {
        return over(boost::asio::prefer(inner_, untracked));
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
    template <class Other>
    [[nodiscard]] ThrowingExecutor<Other> over(Other other) const noexcept
    {
        return {std::move(other), *state_};
    }

    Inner inner_;
    ThrowingState* state_;
};

} // namespace tenantry::test
