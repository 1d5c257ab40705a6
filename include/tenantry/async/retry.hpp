// retry(function, policy): what may be tried again is, after a while.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/error_code.hpp>

#include <tenantry/async/must.hpp>
#include <tenantry/core/detail/compiler.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/refusal.hpp>
#include <tenantry/core/time_source.hpp>

namespace tenantry {

/// Whether what has failed so may succeed a little later, and has left nothing behind: `busy`, `overloaded`, `too_many_open`
/// and `batch_aborted`.
[[nodiscard]] bool may_try_again(const Error& error) noexcept;

/// How often and how long something is tried. Times are milliseconds, and not negative.
struct RetryPolicy {
    /// How often it is tried at most, the first time included. 0: as long as `within` lets it.
    std::size_t tries = 8;

    /// About how long it is waited before the second try; before each further one twice as long, up to `longest_wait`. Each wait is
    /// chosen by chance between half of that and all of it, so that callers who met once do not meet again.
    std::chrono::milliseconds first_wait{10};

    /// The longest wait, however often it was tried.
    std::chrono::milliseconds longest_wait{1000};

    /// How long it may take until the last try is begun. Who would have to wait for longer is answered at once. 0: `tries` alone counts.
    /// A try that has begun is not ended by it: `TenantDb::limited` does that.
    std::chrono::milliseconds within{0};

    /// Also what may have been done: `errc::unknown_outcome`. For operations that do no harm twice, as `once(key, body)` makes
    /// them.
    bool idempotent = false;

    /// What else may be tried again, of this operation.
    bool (*also)(const Error&) = nullptr;

    /// What the waits and `within` are reckoned by: the steady clock, or the one that a fleet of a test has
    /// (`FleetOptions::clock`). That it was moved is noticed within milliseconds.
    TimeSource clock{};
};

namespace detail {

/// The waits between the tries of one operation.
class Backoff {
public:
    using TimePoint = TimeSource::TimePoint;

    explicit Backoff(const RetryPolicy& policy) noexcept;

    /// When it is to be tried again after this failure; nothing: it is not.
    [[nodiscard]] std::optional<TimePoint> next(const Error& failure) noexcept;

    /// How long it is to be waited until the clock is asked again; zero: the time has come.
    [[nodiscard]] std::chrono::nanoseconds until(TimePoint time) const noexcept;

    /// Waits in the calling thread.
    void wait_until(TimePoint time) const;

private:
    RetryPolicy policy_;
    std::optional<TimePoint> last_try_; // when that is begun at the latest
    std::size_t tried_ = 1;
    std::chrono::milliseconds wait_{}; // before the next try
};

/// What is answered that is cancelled while it waits for its next try.
[[nodiscard]] Error cancelled_between_tries(const Error& last_failure);

/// What is answered where an operation has thrown.
[[nodiscard]] Error thrown_in_try(std::exception_ptr thrown) noexcept;

template <class Function>
using try_result = std::remove_cvref_t<std::invoke_result_t<Function&>>;

template <class>
struct try_outcome;
template <class Operation>
    requires awaited_result<Operation>::is_result
struct try_outcome<Operation> {
    using type = typename awaited_result<Operation>::result;
};

template <class>
inline constexpr bool is_awaitable = false;
template <class R, class Executor>
inline constexpr bool is_awaitable<boost::asio::awaitable<R, Executor>> = true;

/// One call of async_retry. The error tells whether it may be tried again; one of the program's own, without an Error in it, is an
/// answer.
template <class Function>
class AsyncRetry {
    using Operation = try_result<Function>;
    using Outcome = typename try_outcome<Operation>::type;

public:
    AsyncRetry(Function function, const RetryPolicy& policy)
        : state_(std::make_unique<State>(std::move(function), policy))
    {}

    // What the first call throws leaves the initiating function.
    template <class Self>
    void operator()(Self& self)
    {
        self.reset_cancellation_state(boost::asio::enable_total_cancellation());
        begin(self);
    }

    // A try has ended.
    template <class Self>
    void operator()(Self& self, Outcome outcome)
    {
        const Error* const failure = outcome ? nullptr : find_error(outcome.error());
        const auto again = failure != nullptr ? state_->backoff.next(*failure) : std::nullopt;
        if (!again) return complete(self, std::move(outcome));
        if (self.cancelled() != boost::asio::cancellation_type::none)
            return complete(self, fail(cancelled_between_tries(*failure)));
        state_->again = *again;
        state_->failure = *failure;
        wait(self);
    }

    template <class Self>
    void operator()(Self& self, std::exception_ptr thrown, Outcome outcome)
    {
        if (thrown) return complete(self, thrown_outcome<Outcome>(std::move(thrown), thrown_in_try));
        (*this)(self, std::move(outcome));
    }

    // It was waited.
    template <class Self>
    void operator()(Self& self, boost::system::error_code)
    {
        if (self.cancelled() != boost::asio::cancellation_type::none)
            return complete(self, fail(cancelled_between_tries(state_->failure)));
        if (state_->backoff.until(state_->again) > std::chrono::nanoseconds(0)) return wait(self);
        std::exception_ptr thrown;
        try {
            return begin(self);
        } catch (...) {
            if (!state_) throw; // the operation had the handler already, which went with it
            thrown = std::current_exception();
        }
        complete(self, thrown_outcome<Outcome>(std::move(thrown), thrown_in_try));
    }

private:
    // Stays where it is, since a coroutine lambda refers to its closure.
    struct State {
        State(Function&& the_function, const RetryPolicy& policy)
            : function(std::move(the_function)), backoff(policy)
        {}
        Function function;
        Backoff backoff;
        std::optional<boost::asio::steady_timer> timer{};
        Backoff::TimePoint again{};
        Error failure{errc::internal};
    };

    template <class Self>
    void begin(Self& self)
    {
        Operation operation = state_->function();
        if constexpr (is_awaitable<Operation>) {
            const auto executor = self.get_executor();
            boost::asio::co_spawn(executor, hears_all(std::move(operation)), std::move(self));
        } else {
            std::move(operation)(std::move(self));
        }
    }

    // A coroutine hears of terminal cancellation alone, unless it says otherwise.
    static Operation hears_all(Operation operation)
        requires is_awaitable<Operation>
    {
        co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
        co_return co_await std::move(operation);
    }

    template <class Self>
    void wait(Self& self)
    {
        State& state = *state_; // lives as long as what is moved into its handler
        if (!state.timer) state.timer.emplace(boost::asio::any_io_executor(self.get_executor()));
        state.timer->expires_after(state.backoff.until(state.again));
        state.timer->async_wait(std::move(self));
    }

    // The caller's function goes before the handler, as in all operations.
    template <class Self>
    void complete(Self& self, Outcome outcome)
    {
        state_.reset();
        self.complete(std::move(outcome));
    }

    std::unique_ptr<State> state_;
};

} // namespace detail

/// Calls `function()`, which returns a `Result`, until it succeeds, fails for good, or the policy says that it is enough; gives
/// what the last call gave. The calling thread waits in between: for threads that may wait.
///
///     auto done = retry([&] { return db.write(transfer); });
///
/// An error of the program's own type (ErrorType) is an answer, unless there is an Error in it (`error_in`). What the function
/// throws leaves it.
template <class Function>
    requires std::invocable<Function&>
[[nodiscard]] auto retry(Function&& function, const RetryPolicy& policy = {})
    -> std::remove_cvref_t<std::invoke_result_t<Function&>>
{
    using Outcome = detail::try_result<Function>;
    constexpr bool is_blocking = detail::is_outcome<Outcome>;
    static_assert(
        is_blocking,
        "tenantry: retry() calls a function that returns a Result: [&] { return db.write(body); }; what "
        "is awaited goes to async_retry()");
    if constexpr (is_blocking) {
        detail::Backoff backoff(policy);
        for (;;) {
            Outcome outcome = function();
            Error* const failure = outcome ? nullptr : detail::find_error(outcome.error());
            const auto again = failure != nullptr ? backoff.next(*failure) : std::nullopt;
            if (!again) return outcome;
            backoff.wait_until(*again);
        }
    }
}

/// The same of what is awaited: `function()` begins an operation of `asio::deferred`, the default token of them all, or is a
/// coroutine that returns a `Result`. Nothing blocks; it waits by a timer on the handler's executor, the system's where it has none.
/// Completion signature: `void(Result<R, E>)`, as the operation's.
///
///     auto done = co_await async_retry([&] { return db.async_write(transfer); });
///
/// Cancellation of every type ends the try that runs, as that operation says, or the wait: `errc::cancelled`. The function
/// is kept until the end, and called in the handler's context but for the first time: what it refers to has to live so long.
template <class Function, class Token = boost::asio::deferred_t>
    requires std::invocable<std::remove_cvref_t<Function>&>
auto async_retry(Function&& function, const RetryPolicy& policy = {}, Token&& token = {})
{
    using Decayed = std::remove_cvref_t<Function>;
    using Operation = detail::try_result<Decayed>;
    static_assert(
        detail::awaited_result<Operation>::is_result,
        "tenantry: async_retry() calls a function that begins an operation with its default token, or a coroutine that "
        "gives a Result: [&] { return db.async_write(body); }");
    static_assert(detail::safe_as_temporary<Function>,
                  "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                  "name the function (auto write = [...]...;) and pass the name, or use clang");
    using Outcome = typename detail::try_outcome<Operation>::type;
    return boost::asio::async_compose<Token, void(Outcome)>(
        detail::AsyncRetry<Decayed>(std::forward<Function>(function), policy), token);
}

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/async/impl/retry.ipp>
#endif
