// A strand over an executor of which it is not known at compile time what it is, and which may throw.
#pragma once

#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/thread_pool.hpp>

namespace tenantry::detail {

/// Tasks that are posted to it are called one after another, in order; never where they are posted. What is posted while
/// some are called goes to the back of the executor. Over a thread pool, as a fleet's own is, it posts to that without
/// virtual calls. Thread-safe.
///
/// A `Task` is `void()`, moves without throwing, and must not throw. One that is never called, since the executor has thrown
/// or has ended, is destroyed uncalled, which it may want to know.
///
/// Not Asio's: where the executor throws, that never calls anything any more.
template <class Task>
class Strand {
public:
    explicit Strand(const boost::asio::any_io_executor& executor)
        : queue_(std::make_shared<Queue>(over(executor)))
    {}

    /// Throws what the executor does; the task was destroyed then.
    void post(Task task) const { queue_->post(std::move(task)); }

private:
    template <class Executor>
    using Posting = std::decay_t<decltype(boost::asio::require(std::declval<const Executor&>(),
                                                               boost::asio::execution::blocking.never))>;
    using Pool = boost::asio::thread_pool::executor_type;
    using Any = boost::asio::any_io_executor;
    using Executor = std::variant<Posting<Pool>, Posting<Any>>;

    [[nodiscard]] static Executor over(const Any& executor)
    {
        if (const auto* const pool = executor.target<Pool>())
            return boost::asio::require(*pool, boost::asio::execution::blocking.never);
        return boost::asio::require(executor, boost::asio::execution::blocking.never);
    }

    class Queue : public std::enable_shared_from_this<Queue> {
    public:
        explicit Queue(Executor executor) noexcept : executor_(std::move(executor)) {}

        void post(Task task)
        {
            bool first = false;
            {
                const std::lock_guard lock(mutex_);
                waiting_.push_back(std::move(task));
                first = !std::exchange(busy_, true);
            }
            if (first) launch();
        }

        void run() noexcept
        {
            {
                const std::lock_guard lock(mutex_);
                called_.swap(waiting_);
            }
            for (Task& task : called_) task();
            called_.clear();
            {
                const std::lock_guard lock(mutex_);
                busy_ = !waiting_.empty();
                if (!busy_) return;
            }
            try {
                launch();
            } catch (...) { // what waits was abandoned
            }
        }

        // It will not be run.
        void abandon() noexcept
        {
            std::vector<Task> lost;
            const std::lock_guard lock(mutex_);
            lost.swap(waiting_);
            busy_ = false;
        }

    private:
        void launch()
        {
            std::visit([&](const auto& executor) { executor.execute(Run(this->shared_from_this())); },
                       executor_);
        }

        const Executor executor_;
        std::vector<Task> called_; // of the thread that runs it
        std::mutex mutex_;         // of all that follows
        std::vector<Task> waiting_;
        bool busy_ = false; // it is run, or will be
    };

    // What the executor is given.
    class Run {
    public:
        explicit Run(std::shared_ptr<Queue> queue) noexcept : queue_(std::move(queue)) {}
        Run(Run&&) noexcept = default;
        Run& operator=(Run&&) noexcept = delete;
        Run(const Run&) = delete;
        Run& operator=(const Run&) = delete;
        ~Run()
        {
            if (queue_) queue_->abandon();
        }

        void operator()() { std::exchange(queue_, nullptr)->run(); }

    private:
        std::shared_ptr<Queue> queue_;
    };

    std::shared_ptr<Queue> queue_;
};

} // namespace tenantry::detail
