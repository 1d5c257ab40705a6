// The caller's half of an asynchronous operation: its handler, to be called once, where it belongs.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/allocator.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/system_executor.hpp>

#include <tenantry/async/detail/cancellation.hpp>
#include <tenantry/async/detail/context_watch.hpp>
#include <tenantry/async/detail/fork.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::detail {

/// Keeps a completion handler `void(Result<R, E>)` until the result is there, then posts it to its associated
/// executor, on which outstanding work is counted meanwhile. Where it has none, that is the executor given, and
/// the system's if that one is empty (after a fork, the calling thread). Uses the handler's associated allocator; connects to its cancellation slot.
///
/// The handler is called exactly once: with what `complete` says, or with `errc::cancelled` when the Promise
/// is destroyed before. The exception is the end of the handler's execution context, which destroys the
/// handler uncalled, as Asio's own operations have it. A thread that runs the caller's code for the operation
/// `claim`s the promise first: the context then waits for that code to end. Where the executor throws, or the handler while
/// it is moved, there is nobody to tell: the handler is destroyed uncalled, as at its context's end.
///
/// What else belongs to the caller, such as the function that the operation calls, is kept beside the handler, in the same
/// block of memory. It is destroyed before the handler is posted, or with it; always while the execution context lives.
///
/// Stays where it was made: the context's end is heard through its address.
template <class R, class E = Error>
class Promise {
    struct State : ContextClient {
        virtual void deliver(Result<R, E>&& result) noexcept = 0;
        virtual void drop() noexcept = 0;
        virtual bool post(std::function<void()> function) noexcept = 0;
        virtual bool put_back() noexcept = 0;
        [[nodiscard]] virtual boost::asio::any_io_executor any_executor() const = 0;

        void context_gone() noexcept final
        {
            if (State* state = home->exchange(nullptr, std::memory_order_acq_rel)) state->drop();
        }

        std::atomic<State*>* home = nullptr;
        void* kept = nullptr;

    protected:
        ~State() = default;
    };

public:
    template <class Handler>
    Promise(Handler handler, const boost::asio::any_io_executor& fallback, std::weak_ptr<Waker> waker = {})
    {
        connect(handler, std::move(waker));
        make<KeepingState<Handler, Nothing>>(std::move(handler), fallback, Nothing());
    }

    /// Keeps `kept` with the handler.
    template <class Handler, class Kept>
    Promise(Handler handler, const boost::asio::any_io_executor& fallback, std::weak_ptr<Waker> waker,
            Kept kept)
    {
        connect(handler, std::move(waker));
        make<KeepingState<Handler, Kept>>(std::move(handler), fallback, std::move(kept));
    }

    Promise(const Promise&) = delete;
    Promise& operator=(const Promise&) = delete;

    ~Promise()
    {
        if (pending()) complete(fail(tenantry::detail::given_up_error()));
    }

    /// False: the handler was called, or went with its execution context.
    [[nodiscard]] bool pending() const noexcept
    {
        return claimed_ != nullptr || state_.load(std::memory_order_acquire) != nullptr;
    }

    /// Takes the caller's handler for the time the caller's code runs here. False: the caller's execution context is gone, and
    /// nothing of the caller's may be touched. Afterwards only the claiming thread may use the promise.
    [[nodiscard]] bool claim() noexcept
    {
        claimed_ = state_.exchange(nullptr, std::memory_order_acq_rel);
        return claimed_ != nullptr;
    }

    /// Undoes a `claim`: the promise is as before. False: the execution context is gone meanwhile, and the handler with it.
    [[nodiscard]] bool unclaim() noexcept
    {
        State* const state = std::exchange(claimed_, nullptr);
        return state != nullptr && state->put_back();
    }

    /// Posts the handler with its result. The second time, and after the context's end: does nothing.
    void complete(Result<R, E> result) noexcept
    {
        State* state = std::exchange(claimed_, nullptr);
        if (state == nullptr) state = state_.exchange(nullptr, std::memory_order_acq_rel);
        if (state != nullptr) state->deliver(std::move(result));
    }

    /// Posts `function` to the handler's executor; the promise stays pending. False: the execution context is
    /// gone, and the function is destroyed.
    bool post(std::function<void()> function) noexcept
    {
        State* const state = state_.exchange(nullptr, std::memory_order_acq_rel);
        return state != nullptr && state->post(std::move(function));
    }

    /// What is kept with the handler. Only for the thread that has claimed the promise, or from within the handler's context,
    /// on a pending one.
    template <class Kept>
    [[nodiscard]] Kept& kept() noexcept
    {
        State* const state = claimed_ != nullptr ? claimed_ : state_.load(std::memory_order_acquire);
        return *static_cast<Kept*>(state->kept);
    }

    /// The handler's executor. Only to be asked from within its context, on a pending promise that is not
    /// claimed.
    [[nodiscard]] boost::asio::any_io_executor executor() const
    {
        return state_.load(std::memory_order_acquire)->any_executor();
    }

    /// True once the caller has cancelled.
    [[nodiscard]] bool cancelled() const noexcept { return cancellation_ && cancellation_->requested(); }

    /// The flag behind `cancelled()`, or nullptr where the caller cannot cancel. Lives as long as the
    /// promise.
    [[nodiscard]] const std::atomic<bool>* cancel_flag() const noexcept
    {
        return cancellation_ ? &cancellation_->flag() : nullptr;
    }

private:
    struct Nothing {};

    // What is posted. It carries the handler's associations, so that Asio's allocator and executor rules
    // hold.
    template <class Handler>
    struct Delivery {
        Handler handler;
        Result<R, E> result;

        using allocator_type = boost::asio::associated_allocator_t<Handler>;
        [[nodiscard]] allocator_type get_allocator() const noexcept
        {
            return boost::asio::get_associated_allocator(handler);
        }

        void operator()()
        {
            boost::asio::get_associated_cancellation_slot(handler).clear();
            std::move(handler)(std::move(result));
        }
    };

    template <class Handler>
    struct HandlerState : State {
        using Executor = boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>;
        using Tracked = std::decay_t<decltype(boost::asio::prefer(
            std::declval<const Executor&>(), boost::asio::execution::outstanding_work.tracked))>;
        using Allocator = boost::asio::associated_allocator_t<Handler>;

        HandlerState(Handler&& the_handler, const boost::asio::any_io_executor& fallback)
            : handler(std::move(the_handler)),
              executor(boost::asio::prefer(executor_of(handler, fallback),
                                           boost::asio::execution::outstanding_work.tracked)),
              // In a forked process all is answered at once, and who asks for a context may begin threads.
              watch(Forks::count() == 0 ? ContextWatch::of_executor(executor) : nullptr)
        {}

        static Executor executor_of(const Handler& handler, const boost::asio::any_io_executor& fallback)
        {
            Executor found = boost::asio::get_associated_executor(handler, fallback);
            if constexpr (std::is_same_v<Executor, boost::asio::any_io_executor>)
                if (!found)
                    return Forks::count() == 0 ? Executor(boost::asio::system_executor()) : calling_thread();
            return found;
        }

        // Frees the memory before the handler can run, so that the handler's next operation may reuse it.
        void deliver(Result<R, E>&& result) noexcept override
        {
            ContextWatch* const context = watch;
            if (context != nullptr) context->begin_delivery(*this);
            const Allocator allocator(boost::asio::get_associated_allocator(handler));
            bool freed = false;
            try {
                Tracked target = std::move(executor);
                Delivery<Handler> delivery{std::move(handler), std::move(result)};
                freed = true;
                free(allocator);
                if (Forks::count() != 0 && call_here(target, delivery)) return;
                // What boost::asio::post does, without copies of the executor for properties that it has anyway.
                boost::asio::prefer(
                    boost::asio::require(std::move(target), boost::asio::execution::blocking.never),
                    boost::asio::execution::allocator(allocator))
                    .execute(std::move(delivery));
            } catch (...) {
                if (!freed) free(allocator);
            }
            if (context != nullptr) context->end_delivery();
        }

        // In a forked process, where the executor's threads may be left behind. False: it is to be posted.
        static bool call_here(const Tracked& target, Delivery<Handler>& delivery)
        {
            if (is_of_system(target)) {
                delivery();
                return true;
            }
            if constexpr (hides_context<Tracked>()) {
                boost::asio::prefer(target, boost::asio::execution::blocking.possibly)
                    .execute(std::move(delivery));
                return true;
            }
            return false;
        }

        void drop() noexcept override
        {
            ContextWatch* const context = watch;
            if (context != nullptr) context->begin_delivery(*this);
            // Destroying the handler may destroy the coroutine that waits, and with it almost anything.
            free(boost::asio::get_associated_allocator(handler));
            if (context != nullptr) context->end_delivery();
        }

        // While it posts, the state belongs to nobody but this call: the context is held meanwhile.
        bool post(std::function<void()> function) noexcept override
        {
            ContextWatch* const context = watch;
            // Once the state is back in its place it may be gone, and once the context is not held, it may be
            // as well.
            std::optional<Tracked> target(executor);
            if (!restore(context)) {
                target.reset();
                drop();
                return false;
            }
            bool posted = true;
            try {
                boost::asio::post(*target, std::move(function));
            } catch (...) {
                posted = false;
            }
            target.reset();
            if (!posted) function = nullptr; // the context is held until here
            if (context != nullptr) context->end_delivery();
            return posted;
        }

        bool put_back() noexcept override
        {
            ContextWatch* const context = watch;
            if (!restore(context)) {
                drop();
                return false;
            }
            if (context != nullptr) context->end_delivery();
            return true;
        }

        // To its place, with the context held. False: the context is gone.
        bool restore(ContextWatch* context) noexcept
        {
            const auto back = [this, place = this->home] { place->store(this, std::memory_order_release); };
            if (context != nullptr) return context->hold(back);
            back();
            return true;
        }

        boost::asio::any_io_executor any_executor() const override
        {
            return boost::asio::prefer(executor, boost::asio::execution::outstanding_work.untracked);
        }

        virtual void free(Allocator allocator) noexcept = 0;

        Handler handler;
        Tracked executor;
        ContextWatch* watch;

    protected:
        ~HandlerState() = default;
    };

    // The handler may own what the kept refers to: that goes first.
    template <class Handler, class Kept>
    struct KeepingState final : HandlerState<Handler> {
        KeepingState(Handler&& the_handler, const boost::asio::any_io_executor& fallback, Kept&& the_kept)
            : HandlerState<Handler>(std::move(the_handler), fallback), own(std::move(the_kept))
        {
            this->kept = std::addressof(own);
        }

        void free(typename HandlerState<Handler>::Allocator allocator) noexcept override
        {
            destroy(this, allocator);
        }

        Kept own;
    };

    template <class Held, class Allocator>
    using HeldAllocator = typename std::allocator_traits<Allocator>::template rebind_alloc<Held>;

    template <class Held, class Allocator>
    static void destroy(Held* held, const Allocator& of_handler) noexcept
    {
        HeldAllocator<Held, Allocator> allocator(of_handler);
        std::destroy_at(held);
        std::allocator_traits<decltype(allocator)>::deallocate(allocator, held, 1);
    }

    template <class Held, class Handler, class... Kept>
    void make(Handler&& handler, const boost::asio::any_io_executor& fallback, Kept&&... kept)
    {
        using Allocator = HeldAllocator<Held, typename Held::Allocator>;
        Allocator allocator(boost::asio::get_associated_allocator(handler));
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        Held* held = nullptr;
        try {
            held = std::allocator_traits<Allocator>::allocate(allocator, 1);
            std::construct_at(held, std::forward<Handler>(handler), fallback, std::forward<Kept>(kept)...);
        } catch (...) {
            if (held != nullptr) std::allocator_traits<Allocator>::deallocate(allocator, held, 1);
            if (cancellation_) slot.clear();
            throw;
        }
        held->home = &state_;
        state_.store(held, std::memory_order_release);
        if (held->watch != nullptr && !held->watch->add(*held)) held->context_gone();
    }

    template <class Handler>
    void connect(const Handler& handler, std::weak_ptr<Waker> waker)
    {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (!slot.is_connected()) return;
        cancellation_ = std::make_shared<Cancellation>(std::move(waker));
        slot.assign([cancellation = cancellation_](boost::asio::cancellation_type type) {
            cancellation->request(type);
        });
    }

    std::atomic<State*> state_{nullptr};
    State* claimed_ = nullptr;
    std::shared_ptr<Cancellation> cancellation_;
};

} // namespace tenantry::detail
