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

#include <tenantry/async/cancellation.hpp>
#include <tenantry/async/context_watch.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::async {

/// Keeps a completion handler `void(Result<R>)` until the result is there, then posts it to its associated
/// executor, on which outstanding work is counted meanwhile. Where it has none, that is the executor given, and
/// the system's if that one is empty. Uses the handler's associated allocator; connects to its cancellation slot.
///
/// The handler is called exactly once: with what `complete` says, or with `errc::cancelled` when the Promise
/// is destroyed before. The exception is the end of the handler's execution context, which destroys the
/// handler uncalled, as Asio's own operations have it. A thread that runs the caller's code for the operation
/// `claim`s the promise first: the context then waits for that code to end.
///
/// Stays where it was made: the context's end is heard through its address.
template <class R>
class Promise {
    struct State : ContextClient {
        virtual void deliver(Result<R>&& result) noexcept = 0;
        virtual void drop() noexcept = 0;
        virtual bool post(std::function<void()> function) noexcept = 0;
        virtual bool put_back() noexcept = 0;
        [[nodiscard]] virtual boost::asio::any_io_executor any_executor() const = 0;

        void context_gone() noexcept final
        {
            if (State* state = home->exchange(nullptr, std::memory_order_acq_rel)) state->drop();
        }

        std::atomic<State*>* home = nullptr;

    protected:
        ~State() = default;
    };

public:
    template <class Handler>
    Promise(Handler handler, const boost::asio::any_io_executor& fallback, std::weak_ptr<Waker> waker = {})
    {
        auto slot = boost::asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            cancellation_ = std::make_shared<Cancellation>(std::move(waker));
            slot.assign([cancellation = cancellation_](boost::asio::cancellation_type type) {
                cancellation->request(type);
            });
        }
        HandlerState<Handler>::make(std::move(handler), fallback, state_);
    }

    Promise(const Promise&) = delete;
    Promise& operator=(const Promise&) = delete;

    ~Promise()
    {
        if (pending()) complete(fail(errc::cancelled, "the operation was given up before it was done"));
    }

    /// False: the handler was called, or went with its execution context.
    [[nodiscard]] bool pending() const noexcept
    {
        return claimed_ != nullptr || state_.load(std::memory_order_acquire) != nullptr;
    }

    /// Takes the caller's handler for the time his code runs here. False: his execution context is gone, and
    /// nothing of his may be touched. Afterwards only the claiming thread may use the promise.
    [[nodiscard]] bool claim() noexcept
    {
        claimed_ = state_.exchange(nullptr, std::memory_order_acq_rel);
        return claimed_ != nullptr;
    }

    /// Takes back a `claim`: the promise is as before. False: the execution context is gone meanwhile, and the handler with it.
    [[nodiscard]] bool unclaim() noexcept
    {
        State* const state = std::exchange(claimed_, nullptr);
        return state != nullptr && state->put_back();
    }

    /// Posts the handler with its result. The second time, and after the context's end: does nothing.
    void complete(Result<R> result) noexcept
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

    /// The handler's executor. Only to be asked from within its context, on a pending promise that is not
    /// claimed.
    [[nodiscard]] boost::asio::any_io_executor executor() const
    {
        return state_.load(std::memory_order_acquire)->any_executor();
    }

    /// True once the caller has asked for cancellation.
    [[nodiscard]] bool cancelled() const noexcept { return cancellation_ && cancellation_->requested(); }

    /// The flag behind `cancelled()`, or nullptr where the caller cannot cancel. Lives as long as the
    /// promise.
    [[nodiscard]] const std::atomic<bool>* cancel_flag() const noexcept
    {
        return cancellation_ ? &cancellation_->flag() : nullptr;
    }

private:
    // What is posted. It carries the handler's associations, so that Asio's allocator and executor rules
    // hold.
    template <class Handler>
    struct Delivery {
        Handler handler;
        Result<R> result;

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
    struct HandlerState final : State {
        using Executor = boost::asio::associated_executor_t<Handler, boost::asio::any_io_executor>;
        using Tracked = std::decay_t<decltype(boost::asio::prefer(
            std::declval<const Executor&>(), boost::asio::execution::outstanding_work.tracked))>;
        using Allocator = typename std::allocator_traits<
            boost::asio::associated_allocator_t<Handler>>::template rebind_alloc<HandlerState>;

        HandlerState(Handler&& the_handler, const boost::asio::any_io_executor& fallback)
            : handler(std::move(the_handler)),
              executor(boost::asio::prefer(executor_of(handler, fallback),
                                           boost::asio::execution::outstanding_work.tracked)),
              watch(ContextWatch::of_executor(executor))
        {}

        static Executor executor_of(const Handler& handler, const boost::asio::any_io_executor& fallback)
        {
            Executor found = boost::asio::get_associated_executor(handler, fallback);
            if constexpr (std::is_same_v<Executor, boost::asio::any_io_executor>)
                if (!found) return boost::asio::system_executor();
            return found;
        }

        static void make(Handler&& handler, const boost::asio::any_io_executor& fallback,
                         std::atomic<State*>& home)
        {
            Allocator allocator(boost::asio::get_associated_allocator(handler));
            HandlerState* state = std::allocator_traits<Allocator>::allocate(allocator, 1);
            try {
                std::construct_at(state, std::move(handler), fallback);
            } catch (...) {
                std::allocator_traits<Allocator>::deallocate(allocator, state, 1);
                throw;
            }
            state->home = &home;
            home.store(state, std::memory_order_release);
            if (state->watch != nullptr) state->watch->add(*state);
        }

        // Frees the memory before the handler can run, so that the handler's next operation may reuse it.
        void deliver(Result<R>&& result) noexcept override
        {
            ContextWatch* const context = watch;
            if (context != nullptr) context->begin_delivery(*this);
            {
                Tracked target = std::move(executor);
                Delivery<Handler> delivery{std::move(handler), std::move(result)};
                const auto allocator = delivery.get_allocator();
                free(Allocator(allocator));
                // What boost::asio::post does, without copies of the executor for properties that it has anyway.
                boost::asio::prefer(
                    boost::asio::require(std::move(target), boost::asio::execution::blocking.never),
                    boost::asio::execution::allocator(allocator))
                    .execute(std::move(delivery));
            }
            if (context != nullptr) context->end_delivery();
        }

        void drop() noexcept override
        {
            ContextWatch* const context = watch;
            if (context != nullptr) context->begin_delivery(*this);
            // Destroying the handler may destroy the coroutine that waits, and with it almost anything.
            free(Allocator(boost::asio::get_associated_allocator(handler)));
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
            boost::asio::post(*target, std::move(function));
            target.reset();
            if (context != nullptr) context->end_delivery();
            return true;
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

        void free(Allocator allocator) noexcept
        {
            std::destroy_at(this);
            std::allocator_traits<Allocator>::deallocate(allocator, this, 1);
        }

        Handler handler;
        Tracked executor;
        ContextWatch* watch;
    };

    std::atomic<State*> state_{nullptr};
    State* claimed_ = nullptr;
    std::shared_ptr<Cancellation> cancellation_;
};

} // namespace tenantry::async
