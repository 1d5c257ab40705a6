// The operation behind `Fleet::async_with`: a lease, a body that runs under it, an answer.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <tenantry/async/detail/gate.hpp>
#include <tenantry/async/detail/promise.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/refusal.hpp>
#include <tenantry/fleet/detail/port.hpp>
#include <tenantry/tenant/limits.hpp>
#include <tenantry/tenant/scope.hpp>
#include <tenantry/tenant/tenant_db.hpp>

namespace tenantry::detail {

template <class>
struct awaitable_traits {
    static constexpr bool is_awaitable_result = false;
    using outcome = Result<void>;
};
template <class R, class E, class Executor>
struct awaitable_traits<boost::asio::awaitable<Result<R, E>, Executor>> {
    static constexpr bool is_awaitable_result = true;
    using outcome = Result<R, E>;
};

/// What a body's scope gives: the outcome is the `Result<R, E>` of its `asio::awaitable<Result<R, E>>`.
template <class S, class Body>
using scope_result = awaitable_traits<std::invoke_result_t<Body&, TenantDb<tenantry::Scope<S, Body>>>>;

/// What a body is answered with that has thrown. A cancelled coroutine throws where it awaits next.
[[nodiscard]] Error thrown_in_scope(std::exception_ptr thrown, std::string_view operation);

/// One call of `async_with`, from the wait for its tenant to the answer. The body is kept with the handler until it is
/// called, and here while its coroutine runs: a coroutine lambda refers to its closure.
template <class S, class Body>
class ScopeRun final : public Waker, public std::enable_shared_from_this<ScopeRun<S, Body>> {
    using T = tenantry::Scope<S, Body>;
    using Outcome = typename scope_result<S, Body>::outcome;
    using R = typename Outcome::value_type;
    using E = typename Outcome::error_type;

public:
    /// `in_background`: see LeaseRequest.
    explicit ScopeRun(std::shared_ptr<FleetPort> core, bool in_background = false)
        : core_(std::move(core)), in_background_(in_background)
    {}

    ~ScopeRun() override { end(); }

    template <class Handler>
    void start(Handler&& handler, const Result<TenantId>& id, Body body, const Limits& limits = {})
    {
        {
            const GatePass alive(&core_->executor_gate());
            promise_.emplace(std::forward<Handler>(handler), core_->fallback(alive), this->weak_from_this(),
                             std::move(body));
        }
        if (!id) return promise_->complete(fail(id.error()));
        if (auto entered = core_->enter_scope(); !entered)
            return promise_->complete(fail(std::move(entered).error()));
        entered_ = true;
        std::unique_ptr<Waiting> waiting;
        try {
            waiting = std::make_unique<Waiting>(this->shared_from_this());
        } catch (...) {
            end();
            return promise_->complete(
                fail(thrown_error(std::current_exception(), errc::internal, "async_with")));
        }
        core_->acquire(*id, LeaseRequest(std::move(waiting), in_background_, limits));
    }

    // In the caller's context, like all that touches the coroutine.
    void wake(boost::asio::cancellation_type type) noexcept override
    {
        if (running_)
            cancel_.emit(type);
        else
            core_->wake(type);
    }

private:
    class Waiting final : public LeaseWaiter {
    public:
        explicit Waiting(std::shared_ptr<ScopeRun> run) noexcept : run_(std::move(run)) {}

        // The run, with the caller's body, ends in the caller's context: nothing of it is left in this thread, which
        // may be at work longer than that context lives.
        void granted(LeasePtr lease) override
        {
            post([run = run_, lease = std::move(lease)] { run->begin(lease); });
        }

        void refused(Error error) override
        {
            post([run = run_, error = std::move(error)] { run->promise_->complete(fail(error)); });
        }

        [[nodiscard]] bool cancelled() const noexcept override { return run_->promise_->cancelled(); }

    private:
        template <class Then>
        void post(Then then) noexcept
        {
            auto& promise = *run_->promise_;
            std::function<void()> function;
            try {
                function = std::move(then);
            } catch (...) {
                return promise.complete(
                    fail(thrown_error(std::current_exception(), errc::internal, "async_with")));
            }
            run_.reset();
            promise.post(std::move(function));
        }

        std::shared_ptr<ScopeRun> run_;
    };

    void begin(LeasePtr lease)
    {
        if (promise_->cancelled())
            return promise_->complete(fail(errc::cancelled, "cancelled before the body had begun"));
        lease_ = std::move(lease);
        running_ = true;
        try {
            body_.emplace(std::move(promise_->template kept<Body>()));
            boost::asio::co_spawn(
                promise_->executor(), cancellable((*body_)(HandleMaker::make<T>(lease_, core_->executor()))),
                boost::asio::bind_cancellation_slot(
                    cancel_.slot(),
                    [self = this->shared_from_this()](std::exception_ptr thrown, Outcome result) {
                        self->answer(thrown ? outcome_of(std::move(thrown)) : std::move(result));
                    }));
        } catch (...) {
            answer(outcome_of(std::current_exception()));
        }
    }

    [[nodiscard]] static Outcome outcome_of(std::exception_ptr thrown)
    {
        return thrown_outcome<Outcome>(std::move(thrown), [](std::exception_ptr other) {
            return thrown_in_scope(std::move(other), "async_with");
        });
    }

    // A coroutine hears of terminal cancellation alone, unless it says otherwise: the body hears of every type.
    template <class Awaitable>
    Awaitable cancellable(Awaitable body)
    {
        co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
        if (promise_->cancelled()) // since it was begun, and before it could hear of that
            co_return tl::unexpected<Error>(Error(errc::cancelled, "the body of async_with was cancelled"));
        co_return co_await std::move(body);
    }

    void answer(Outcome result)
    {
        running_ = false;
        if (lease_) name_tenant(result, lease_->tenant().id().view());
        body_.reset(); // its coroutine has ended
        end();
        promise_->complete(std::move(result));
    }

    void end() noexcept
    {
        if (lease_) lease_->end();
        lease_.reset();
        if (std::exchange(entered_, false)) core_->leave_scope();
    }

    std::shared_ptr<FleetPort> core_;
    std::optional<Body> body_; // while its coroutine lives
    std::optional<Promise<R, E>> promise_;
    LeasePtr lease_;
    boost::asio::cancellation_signal cancel_;
    const bool in_background_;
    bool entered_ = false;
    bool running_ = false;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/with.ipp>
#endif
