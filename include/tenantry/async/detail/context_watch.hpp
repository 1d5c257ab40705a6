// Knows which operations will still post to an execution context, so that destroying the context is safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

#include <boost/asio/execution/context_as.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/query.hpp>

namespace tenantry::async {

class ContextWatch;

/// Something that will be used in an execution context later. When the context is destroyed first,
/// `context_gone` is called, from the thread that destroys it.
class ContextClient {
public:
    ContextClient() = default;
    ContextClient(const ContextClient&) = delete;
    ContextClient& operator=(const ContextClient&) = delete;

    /// Must let go of everything that belongs to the context, and leave the watch, unless another thread
    /// is doing so already.
    virtual void context_gone() noexcept = 0;

protected:
    ~ContextClient() = default;

private:
    friend ContextWatch;
    ContextClient* previous_ = nullptr;
    ContextClient* next_ = nullptr;
    bool linked_ = false;
    bool told_ = false;
};

/// The list of an execution context's clients. An Asio service, so that it hears of the context's end
/// while the context can still be used
/// (https://www.boost.org/doc/libs/release/doc/html/boost_asio/reference/execution_context.html).
/// Thread-safe.
class ContextWatch final : public boost::asio::execution_context::service {
public:
    using key_type = ContextWatch;
    static inline boost::asio::execution_context::id id;

    explicit ContextWatch(boost::asio::execution_context& context)
        : boost::asio::execution_context::service(context)
    {}

    ~ContextWatch() override
    {
        shutdown(); // it may have been made while the context ended, which does not tell it then
        ended_.fetch_add(1, std::memory_order_release);
    }

    /// Each thread remembers the context that it used last, since finding its service takes a lock that all its threads share.
    [[nodiscard]] static ContextWatch& of(boost::asio::execution_context& context)
    {
        struct Known {
            const boost::asio::execution_context* context = nullptr;
            ContextWatch* watch = nullptr;
            std::uint64_t ended = 0;
        };
        static thread_local Known known;
        // Where one has ended, another may have its address.
        const std::uint64_t ended = ended_.load(std::memory_order_acquire);
        if (known.context != &context || known.ended != ended)
            known = {&context, &boost::asio::use_service<ContextWatch>(context), ended};
        return *known.watch;
    }

    /// The watch of the executor's context, or nullptr where the executor does not tell its context.
    template <class Executor>
    [[nodiscard]] static ContextWatch* of_executor(const Executor& executor)
    {
        using Context = boost::asio::execution::context_as_t<boost::asio::execution_context&>;
        if constexpr (boost::asio::can_query<const Executor&, Context>::value)
            return &of(boost::asio::query(executor, Context()));
        else
            return nullptr;
    }

    /// False: the context has been told of its end, and so would nobody be who comes after that. The client must not use the
    /// context, and is to let go of it at once.
    [[nodiscard]] bool add(ContextClient& client)
    {
        const std::lock_guard lock(mutex_);
        if (closing_) return false;
        client.previous_ = nullptr;
        client.next_ = first_;
        if (first_ != nullptr) first_->previous_ = &client;
        first_ = &client;
        client.linked_ = true;
        return true;
    }

    /// The client will not use the context any more. The context may be gone right afterwards.
    void remove(ContextClient& client) noexcept
    {
        std::unique_lock lock(mutex_);
        unlink(client, lock);
        if (closing_) changed_.notify_all();
    }

    /// The client is about to use the context for the last time: it may be destroyed, and the context
    /// waits for `end_delivery`.
    void begin_delivery(ContextClient& client) noexcept
    {
        std::unique_lock lock(mutex_);
        ++delivering_;
        unlink(client, lock);
    }

    /// Keeps the context until `end_delivery`, for a client that goes on waiting. `restore` makes the client
    /// one that `context_gone` can be called for. False, and `restore` is not called: the context is going
    /// already.
    template <class Restore>
    [[nodiscard]] bool hold(Restore&& restore) noexcept
    {
        const std::lock_guard lock(mutex_);
        if (closing_) return false;
        ++delivering_;
        restore();
        return true;
    }

    void end_delivery() noexcept
    {
        const std::lock_guard lock(mutex_);
        --delivering_;
        if (closing_) changed_.notify_all();
    }

    // Tells every client once, then waits for those that other threads are just delivering.
    void shutdown() override
    {
        std::unique_lock lock(mutex_);
        closing_ = true;
        telling_thread_ = std::this_thread::get_id();
        while (first_ != nullptr || delivering_ != 0) {
            ContextClient* untold = first_;
            while (untold != nullptr && untold->told_) untold = untold->next_;
            if (untold == nullptr) {
                changed_.wait(lock);
                continue;
            }
            untold->told_ = true;
            telling_ = untold;
            lock.unlock();
            untold->context_gone();
            lock.lock();
            telling_ = nullptr;
            changed_.notify_all();
        }
    }

private:
    void unlink(ContextClient& client, std::unique_lock<std::mutex>& lock) noexcept
    {
        // While another thread is inside context_gone() of this client, the client must not be destroyed.
        if (telling_ == &client && telling_thread_ != std::this_thread::get_id())
            changed_.wait(lock, [&] { return telling_ != &client; });
        if (!client.linked_) return;
        (client.previous_ != nullptr ? client.previous_->next_ : first_) = client.next_;
        if (client.next_ != nullptr) client.next_->previous_ = client.previous_;
        client.linked_ = false;
    }

    static inline std::atomic<std::uint64_t> ended_{0}; // watches, ever

    std::mutex mutex_;
    std::condition_variable changed_;
    ContextClient* first_ = nullptr;
    ContextClient* telling_ = nullptr;
    std::thread::id telling_thread_;
    std::size_t delivering_ = 0;
    bool closing_ = false;
};

} // namespace tenantry::async
