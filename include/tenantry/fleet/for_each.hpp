// The same body for many tenants: several at once, a scope each, what came of it by tenant.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <tenantry/async/detail/promise.hpp>
#include <tenantry/async/detail/temporary_options.hpp>
#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/refusal.hpp>
#include <tenantry/fleet/detail/port.hpp>
#include <tenantry/fleet/detail/spawn.hpp>
#include <tenantry/fleet/detail/with.hpp>
#include <tenantry/fleet/fleet.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry {

/// Which tenants `async_for_each` goes to: every one there is when it begins, or those named, in that order.
class Which {
public:
    /// Every tenant that there is when it begins.
    [[nodiscard]] static Which all() { return Which(std::nullopt); }
    Which(std::vector<TenantId> ids) : ids_(std::move(ids)) {} // NOLINT(google-explicit-constructor)

    /// Nothing: all of them.
    [[nodiscard]] const std::optional<std::vector<TenantId>>& ids() const noexcept { return ids_; }

private:
    explicit Which(std::nullopt_t) noexcept {}
    std::optional<std::vector<TenantId>> ids_;
};

/// What came of one tenant. `R` and `E` are what the body's `Result` holds.
template <class R, class E = Error>
struct ForEachResult {
    /// The tenant.
    TenantId id;
    std::optional<Result<R, E>> result{}; ///< nothing: it was not begun
};

/// What came of all of them.
template <class R, class E = Error>
struct ForEachReport {
    /// One for each tenant, in the order in which they ended.
    std::vector<ForEachResult<R, E>> tenants{};
    std::size_t failures = 0; ///< bodies that gave an error, and tenants that could not be opened
    bool stopped = false;     ///< `stop_after_errors` was reached
    bool cancelled = false;   ///< by the caller
};

/// How a walk through the fleet goes.
struct ForEachOptions {
    /// Bodies that run at a time; at least 1. Keep it well below `FleetOptions::max_open`.
    std::size_t concurrency = 4;

    /// After so many errors no further one is begun. 0: errors stop nothing.
    std::size_t stop_after_errors = 0;

    /// Called after each, one call at a time, on the handler's executor: the tenant, its error if there was one (`errc::body_failed`
    /// in place of a refusal of the body's own error type, which the report has), how
    /// many are done, of how many. Where it throws no further body is begun, and the operation gives
    /// `errc::body_failed`.
    std::function<void(const TenantId&, const std::optional<Error>&, std::size_t done, std::size_t of)>
        progress{};
};

namespace detail {

/// One run. All but the listing happens on a strand over the handler's executor. Of that nothing may be left in another
/// thread: once the operation is over, the executor's context may be as well.
template <class S, class Body>
class ForEach final : public Waker, public std::enable_shared_from_this<ForEach<S, Body>> {
    using Outcome = typename scope_result<S, Body>::outcome;
    using Report = ForEachReport<typename Outcome::value_type, typename Outcome::error_type>;
    using Strand = boost::asio::strand<boost::asio::any_io_executor>;

public:
    explicit ForEach(std::shared_ptr<FleetPort> core) : core_(std::move(core)) {}

    template <class Handler>
    void start(Handler&& handler, const Which& which, Body body, ForEachOptions options)
    {
        options.concurrency = std::max<std::size_t>(options.concurrency, 1);
        {
            const GatePass alive(&core_->executor_gate());
            promise_.emplace(std::forward<Handler>(handler), core_->fallback(alive), this->weak_from_this(),
                             Callers{.body = std::move(body), .options = std::move(options)});
        }
        try {
            spawn_on(core_,
                     [self = this->shared_from_this(), which]() mutable { list(std::move(self), which); });
        } catch (...) {
            promise_->complete(fail(not_taken(std::current_exception())));
        }
    }

    void wake(boost::asio::cancellation_type type) noexcept override
    {
        const std::lock_guard lock(mutex_);
        if (!strand_) return; // nothing has begun, and what is about to will look
        try {
            boost::asio::post(*strand_, [self = this->shared_from_this(), type] {
                self->report_.cancelled = true;
                // Ending one may begin to destroy its signal.
                const auto running = self->signals_;
                for (const auto& signal : running) signal->emit(type);
            });
        } catch (...) { // what has not begun yet is not begun
        }
    }

private:
    using Listed = Result<std::vector<TenantId>>;

    // What the caller has handed in: kept with the handler until it is used, here while it is.
    struct Callers {
        Body body;
        ForEachOptions options;
    };

    [[nodiscard]] static Error failed_to_run(std::exception_ptr thrown) noexcept
    {
        return thrown_error(std::move(thrown), errc::internal, "listing the tenants");
    }

    static void list(std::shared_ptr<ForEach> self, const Which& which) noexcept
    {
        auto& promise = *self->promise_;
        try {
            auto found = which.ids() ? Listed(*which.ids()) : self->core_->tenants();
            std::function<void()> then = [self, found = std::move(found)] { self->go_through(found); };
            self.reset();
            promise.post(std::move(then));
        } catch (...) { // before there was anything to post
            promise.complete(fail(failed_to_run(std::current_exception())));
        }
    }

    // In the handler's context.
    void go_through(const Listed& found)
    {
        if (!found) return promise_->complete(fail(found.error()));
        try {
            begin(*found);
        } catch (...) {
            callers_.reset();
            promise_->complete(fail(failed_to_run(std::current_exception())));
        }
    }

    void begin(const std::vector<TenantId>& found)
    {
        callers_.emplace(std::move(promise_->template kept<Callers>()));
        for (const TenantId& id : found) report_.tenants.push_back({.id = id});
        {
            const std::lock_guard lock(mutex_);
            strand_.emplace(boost::asio::make_strand(promise_->executor()));
        }
        boost::asio::dispatch(*strand_, [self = this->shared_from_this()] { self->go_on(); });
    }

    // Begins as many as may run; answers when all have ended.
    void go_on()
    {
        if (promise_->cancelled()) report_.cancelled = true;
        const bool left = next_ < report_.tenants.size();
        const ForEachOptions& options = callers_->options;
        if (left && options.stop_after_errors != 0 && report_.failures >= options.stop_after_errors)
            report_.stopped = true;
        while (!report_.cancelled && !report_.stopped && !progress_error_ &&
               signals_.size() < options.concurrency && next_ < report_.tenants.size()) {
            const auto index = next_++;
            try {
                begin(index);
            } catch (...) {
                record(index, fail(failed_to_run(std::current_exception())));
            }
        }
        if (signals_.empty()) end();
    }

    void begin(std::size_t index)
    {
        auto signal = std::make_shared<boost::asio::cancellation_signal>();
        signals_.push_back(signal);
        try {
            auto ended = [self = this->shared_from_this(), index, signal](Outcome result) {
                std::erase(self->signals_, signal);
                self->record(index, std::move(result));
                self->go_on();
            };
            std::make_shared<ScopeRun<S, Body>>(core_, true)
                ->start(boost::asio::bind_executor(
                            *strand_, boost::asio::bind_cancellation_slot(signal->slot(), std::move(ended))),
                        Result<TenantId>(report_.tenants[index].id), callers_->body);
        } catch (...) {
            std::erase(signals_, signal);
            throw;
        }
    }

    [[nodiscard]] static Error error_told(typename Outcome::error_type& error)
    {
        if (const Error* const found = find_error(error)) return *found;
        return Error(errc::body_failed, "the body has refused, with an error of the program's own");
    }

    void record(std::size_t index, Outcome result)
    {
        auto& tenant = report_.tenants[index];
        std::optional<Error> error;
        if (!result) error = error_told(result.error());
        if (error) ++report_.failures;
        tenant.result.emplace(std::move(result));
        ++ended_;
        try {
            if (const auto& progress = callers_->options.progress)
                progress(tenant.id, error, ended_, report_.tenants.size());
        } catch (...) {
            if (!progress_error_)
                progress_error_ = thrown_error(std::current_exception(), errc::body_failed,
                                               "the progress callback of async_for_each");
        }
    }

    void end()
    {
        callers_.reset();
        if (progress_error_) return promise_->complete(fail(std::move(*progress_error_)));
        promise_->complete(std::move(report_));
    }

    const std::shared_ptr<FleetPort> core_;
    std::optional<Callers> callers_; // until the end
    std::mutex mutex_;
    std::optional<Strand> strand_; // under the mutex as long as it is none
    std::optional<Promise<Report>> promise_;
    Report report_;
    std::vector<std::shared_ptr<boost::asio::cancellation_signal>> signals_; // of those that run
    std::size_t next_ = 0;
    std::size_t ended_ = 0;
    std::optional<Error> progress_error_; // ends the run
};

template <class S, class Body>
class InitiateForEach : public InitiateOnFleet {
public:
    using InitiateOnFleet::InitiateOnFleet;

    template <class Handler>
    void operator()(Handler&& handler, const Which& which, Body body, ForEachOptions options) const
    {
        std::make_shared<ForEach<S, Body>>(shared_core())
            ->start(std::forward<Handler>(handler), which, std::move(body), std::move(options));
    }
};

} // namespace detail

/// Runs `body(TenantDb<T>)` for many tenants, as `Fleet::async_with` does for one, and completes with a report when
/// all have ended: results and errors by tenant, and those that were not begun. The body is copied for each; copies
/// run side by side as far as they await, never two at the same moment. Tenants that are opened for it are closed
/// after it, so that those which are otherwise in use stay open.
///
/// Cancelling cancels the bodies that run and begins no others; the report says so. Errors of the whole: those of
/// listing the directories.
template <SchemaType S, class Body, class Options = ForEachOptions, class Token = boost::asio::deferred_t>
    requires std::same_as<std::remove_cvref_t<Options>, ForEachOptions>
auto async_for_each(Fleet<S>& fleet, Which which, Body&& body, Options&& options, Token&& token = {})
{
    using Decayed = std::remove_cvref_t<Body>;
    using Returned = detail::scope_result<S, Decayed>;
    static_assert(Returned::is_awaitable_result,
                  "tenantry: the body of async_for_each returns an asio::awaitable<Result<R>>");
    static_assert(detail::check_error_type<typename Returned::outcome>());
    static_assert(detail::safe_as_temporary<Body>,
                  "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                  "name the body (auto body = [...]...;) and pass the name, or use clang");
    static_assert(detail::safe_as_options<Options, Token>,
                  "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                  "name the options (ForEachOptions options{...};) and pass the name, or use clang");
    using Outcome = typename Returned::outcome;
    using Report = ForEachReport<typename Outcome::value_type, typename Outcome::error_type>;
    return boost::asio::async_initiate<Token, void(Result<Report>)>(
        detail::InitiateForEach<S, Decayed>(detail::FleetAccess::core(fleet)), token, std::move(which),
        Decayed(std::forward<Body>(body)), ForEachOptions(std::forward<Options>(options)));
}
template <SchemaType S, class Body>
auto async_for_each(Fleet<S>& fleet, Which which, Body&& body)
{
    const ForEachOptions options;
    return async_for_each(fleet, std::move(which), std::forward<Body>(body), options);
}

} // namespace tenantry
