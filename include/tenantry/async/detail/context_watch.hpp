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

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

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

    ~ContextWatch() override;

    /// Each thread remembers the context that it used last, since finding its service takes a lock that all its threads share.
    [[nodiscard]] static ContextWatch& of(boost::asio::execution_context& context);

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
    [[nodiscard]] bool add(ContextClient& client);

    /// The client will not use the context any more. The context may be gone right afterwards.
    void remove(ContextClient& client) noexcept;

    /// The client is about to use the context for the last time: it may be destroyed, and the context
    /// waits for `end_delivery`.
    void begin_delivery(ContextClient& client) noexcept;

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

    void end_delivery() noexcept;

    // Tells every client once, then waits for those that other threads are just delivering.
    void shutdown() override;

private:
    void unlink(ContextClient& client, std::unique_lock<std::mutex>& lock) noexcept;

    static inline std::atomic<std::uint64_t> ended_{0}; // watches, ever

    std::mutex mutex_;
    std::condition_variable changed_;
    ContextClient* first_ = nullptr;
    ContextClient* telling_ = nullptr;
    std::thread::id telling_thread_;
    std::size_t delivering_ = 0;
    bool closing_ = false;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/async/impl/context_watch.ipp>
#endif
