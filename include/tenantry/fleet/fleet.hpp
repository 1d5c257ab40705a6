// Many tenants of one schema, each a SQLite database of its own.
#pragma once

#include <chrono>
#include <concepts>
#include <filesystem>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <tenantry/async/detail/gate.hpp>
#include <tenantry/async/detail/promise.hpp>
#include <tenantry/async/must.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/time_source.hpp>
#include <tenantry/fleet/detail/blocking.hpp>
#include <tenantry/fleet/detail/port.hpp>
#include <tenantry/fleet/detail/with.hpp>
#include <tenantry/fleet/options.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/tenant/limits.hpp>
#include <tenantry/tenant/tenant_db.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry {

namespace detail {

// Begins an operation of a fleet: what `asio::async_initiate` calls.
class InitiateOnFleet {
public:
    explicit InitiateOnFleet(std::shared_ptr<FleetPort> core) noexcept : core_(std::move(core)) {}

    using executor_type = boost::asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return core_->executor(); }

protected:
    // `kept`: what else is the caller's, if there is something.
    template <class R, class Handler, class... Kept>
    [[nodiscard]] std::unique_ptr<Promise<R>> promise(Handler&& handler, Kept... kept) const
    {
        const GatePass alive(&core_->executor_gate());
        return std::make_unique<Promise<R>>(std::forward<Handler>(handler), core_->fallback(alive), core_,
                                            std::move(kept)...);
    }

    // Somebody who waits, and answers the promise. Nullptr: there is no memory for that, and it was answered so.
    template <class Waiting, class R, class... Args>
    [[nodiscard]] static std::unique_ptr<Waiting> waiting(std::unique_ptr<Promise<R>>&& done,
                                                          Args&&... args) noexcept
    {
        try {
            return std::make_unique<Waiting>(std::forward<Args>(args)..., std::move(done));
        } catch (...) { // it was not moved
            done->complete(fail(errc::out_of_memory));
            return nullptr;
        }
    }

    [[nodiscard]] FleetPort& core() const noexcept { return *core_; }
    [[nodiscard]] const std::shared_ptr<FleetPort>& shared_core() const noexcept { return core_; }

private:
    std::shared_ptr<FleetPort> core_;
};

// Opens fleets. Defined in open.hpp, for those who do.
template <class S>
struct FleetOpener;

// For operations that are functions of their own.
struct FleetAccess {
    template <class F>
    [[nodiscard]] static const std::shared_ptr<FleetPort>& core(const F& fleet) noexcept
    {
        return fleet.core_;
    }
};

// A promise of nothing but the end.
class PromisedEnd final : public EndWaiter {
public:
    explicit PromisedEnd(std::unique_ptr<Promise<void>> done) noexcept : done_(std::move(done)) {}
    void ended(Result<void> result) override { done_->complete(std::move(result)); }
    [[nodiscard]] bool cancelled() const noexcept override { return done_->cancelled(); }

private:
    std::unique_ptr<Promise<void>> done_;
};

// `act` begins an operation on the tenant of an id: `create` or `destroy`.
template <void (FleetPort::*act)(const TenantId&, std::unique_ptr<EndWaiter>)>
class InitiateOnTenant : public InitiateOnFleet {
public:
    using InitiateOnFleet::InitiateOnFleet;

    template <class Handler>
    void operator()(Handler&& handler, const Result<TenantId>& id) const
    {
        auto done = promise<void>(std::forward<Handler>(handler));
        if (!id) return done->complete(fail(id.error()));
        if (auto end = this->template waiting<PromisedEnd>(std::move(done)))
            (core().*act)(*id, std::move(end));
    }
};

template <class S>
class InitiateTenant : public InitiateOnFleet {
public:
    using InitiateOnFleet::InitiateOnFleet;

    template <class Handler>
    void operator()(Handler&& handler, const Result<TenantId>& id, const Limits& limits) const
    {
        auto done = promise<TenantDb<S>>(std::forward<Handler>(handler));
        if (!id) return done->complete(fail(id.error()));
        if (auto lease = this->template waiting<Waiting>(std::move(done), shared_core()))
            core().acquire(*id, LeaseRequest(std::move(lease), false, limits));
    }

private:
    class Waiting final : public LeaseWaiter {
    public:
        Waiting(std::shared_ptr<FleetPort> core, std::unique_ptr<Promise<TenantDb<S>>> done) noexcept
            : core_(std::move(core)), done_(std::move(done))
        {}

        void granted(LeasePtr lease) override
        {
            done_->complete(HandleMaker::make<S>(std::move(lease), core_->executor()));
        }

        void refused(Error error) override { done_->complete(fail(std::move(error))); }
        [[nodiscard]] bool cancelled() const noexcept override { return done_->cancelled(); }

    private:
        std::shared_ptr<FleetPort> core_;
        std::unique_ptr<Promise<TenantDb<S>>> done_;
    };
};

template <class S, class Body>
class InitiateWith : public InitiateOnFleet {
public:
    using InitiateOnFleet::InitiateOnFleet;

    template <class Handler>
    void operator()(Handler&& handler, const Result<TenantId>& id, Body body, const Limits& limits) const
    {
        std::make_shared<ScopeRun<S, Body>>(shared_core())
            ->start(std::forward<Handler>(handler), id, std::move(body), limits);
    }
};

class InitiateClose : public InitiateOnFleet {
public:
    using InitiateOnFleet::InitiateOnFleet;

    template <class Handler>
    void operator()(Handler&& handler, Shutdown how, const Limits& limits) const
    {
        if (auto end = this->template waiting<PromisedEnd>(promise<void>(std::forward<Handler>(handler))))
            core().close(how, limits, std::move(end));
    }
};

// Tells a body or a token from the limits that may stand before it.
template <class Given>
concept NoLimits = !std::same_as<std::remove_cvref_t<Given>, Limits>;

template <class>
inline constexpr bool is_bare_time = false;
template <class Rep, class Period>
inline constexpr bool is_bare_time<std::chrono::duration<Rep, Period>> = true;

// A time is no limit by itself: it does not say what it is.
template <class Given>
consteval void refuse_time()
{
    static_assert(!is_bare_time<std::remove_cvref_t<Given>>,
                  "tenantry: a time that an operation may take is given by within: within(2s), not 2s");
}

} // namespace detail

/// The tenants of one root directory, with schema `S`.
///
/// Every asynchronous operation takes an Asio completion token last, `asio::deferred` by default; its
/// signature is `void(Result<R>)`, and the handler is called on its associated executor, on the fleet's where
/// it has none. All but construction, moving and destruction is thread-safe.
///
/// Each has a twin without `async_`, for tools and tests: the calling thread waits for the answer. In a thread that
/// the answer needs it is refused with `errc::wrong_thread`: in the fleet's own pool, and where an executor was handed
/// in, in the threads of that (known for a thread_pool, an io_context, and strands over them).
///
/// Several processes may have one root open at a time, unless one is its sole owner (`FleetOptions::sole_owner`). In a child
/// process that was made by `fork` every operation of its parent's fleets is `errc::fleet_closed` at once, and destroying them
/// does nothing.
template <SchemaType S>
class Fleet {
public:
    /// What each tenant has.
    using schema = S;
    /// Where the fleet works.
    using executor_type = boost::asio::any_io_executor;

    /// Opens a fleet on a pool of its own (`FleetOptions::threads`). Makes the root where there is none, unless
    /// `FleetOptions::make_root` says no (`errc::no_such_fleet`). `errc::manifest_mismatch` if the root was made with
    /// another layout, `errc::busy` if it has a sole owner or is to have one and is open elsewhere,
    /// `errc::invalid_argument` for options that exclude each other. Blocks on the disk.
    ///
    /// What runs a fleet is compiled where it is opened: include <tenantry/fleet/open.hpp> there.
    [[nodiscard]] static Result<Fleet> open(const std::filesystem::path& root,
                                            const FleetOptions& options = {})
    {
        return opener().open(root, options);
    }

    /// The same on an executor of the caller's, whose context must outlive the fleet and should be run by
    /// more than one thread: the fleet waits for disks on it.
    [[nodiscard]] static Result<Fleet> open(const executor_type& executor, const std::filesystem::path& root,
                                            const FleetOptions& options = {})
    {
        return opener().open(executor, root, options);
    }

    Fleet(Fleet&&) noexcept = default;
    Fleet& operator=(Fleet&& other) noexcept
    {
        std::swap(core_, other.core_);
        std::swap(pool_, other.pool_);
        return *this;
    }

    /// Ends the fleet as `Shutdown::cancel` does, and waits for nothing but bodies that are running. Every
    /// write that was acknowledged is in its database. Not to be called from the fleet's own pool.
    ~Fleet()
    {
        if (!core_) return;
        if (core_->is_forked()) {
            abandon();
            return;
        }
        core_->shut_down();
        if (pool_) pool_->finish();
    }

    /// The executor of its pool, or the one that was handed in.
    [[nodiscard]] executor_type get_executor() const noexcept
    {
        return core_->is_forked() ? detail::calling_thread() : core_->executor();
    }

    /// Makes a tenant with the tables of the schema; it is on disk for good when the operation completes.
    /// `errc::tenant_exists` if there is one, `errc::invalid_tenant_id`. A creation that fails leaves nothing
    /// behind.
    template <class Token = boost::asio::deferred_t>
    auto async_create(std::string_view id, Token&& token = {})
    {
        return boost::asio::async_initiate<Token, void(Result<void>)>(
            detail::InitiateOnTenant<&detail::FleetPort::create>(core_), token, TenantId::parse(id));
    }

    /// As `async_create`; the calling thread waits.
    [[nodiscard]] Result<void> create(std::string_view id)
    {
        return detail::create_and_wait(*core_, TenantId::parse(id));
    }

    /// Runs `body(TenantDb<T>)`, which returns `asio::awaitable<Result<R>>`, with a handle of the tenant, on
    /// the handler's executor; completes with what the body returns, after it has ended. The tenant is opened
    /// if need be, and stays open for the body. `T` is made from the body's own type, so that what is read
    /// inside cannot be used with another tenant.
    ///
    /// With `Result<R, E>`, for an error type of the program's own (ErrorType), all that ends it otherwise is the E that an Error
    /// converts to.
    ///
    /// `errc::no_such_tenant`: opening never creates. `errc::too_many_open`: `max_open` other tenants stayed
    /// in use for `open_deadline`. What the body throws is `errc::body_failed`. Cancelling ends the wait, or
    /// cancels the body's coroutine.
    template <detail::NoLimits Body, class Token = boost::asio::deferred_t>
    auto async_with(std::string_view id, Body&& body, Token&& token = {})
    {
        detail::refuse_time<Body>();
        return async_with(id, Limits(), std::forward<Body>(body), std::forward<Token>(token));
    }

    /// The same within limits: `fleet.async_with("acme", within(2s), body)`. They begin with the operation, go by the fleet's
    /// clock, and cover the wait for the tenant, opening and migrating it, and every operation of the handle that the body is
    /// given, which is a `limited` one. `errc::timeout` where one is passed. An opening that has begun goes on, for those who come
    /// later. The code of the body itself is not interrupted.
    template <class Body, class Token = boost::asio::deferred_t>
    auto async_with(std::string_view id, const Limits& limits, Body&& body, Token&& token = {})
    {
        using Decayed = std::remove_cvref_t<Body>;
        static_assert(
            std::invocable<Decayed&, TenantDb<Scope<S, Decayed>>>,
            "tenantry: the body of async_with takes a TenantDb<T>, for any T: [&]<class T>(TenantDb<T> db)");
        using Returned = detail::scope_result<S, Decayed>;
        static_assert(Returned::is_awaitable_result,
                      "tenantry: the body of async_with returns an asio::awaitable<Result<R>>");
        static_assert(detail::check_error_type<typename Returned::outcome>());
        static_assert(detail::safe_as_temporary<Body>,
                      "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                      "name the body (auto body = [...]...;) and pass the name, or use clang");
        using Outcome = typename Returned::outcome;
        return boost::asio::async_initiate<Token, void(Outcome)>(detail::InitiateWith<S, Decayed>(core_),
                                                                 token, TenantId::parse(id),
                                                                 Decayed(std::forward<Body>(body)), limits);
    }

    /// The same in the calling thread, for a body that is a plain function and returns a `Result<R>`. Inside,
    /// `db.read`, `db.snapshot`, `db.for_each` and `db.write` do all that the asynchronous operations do.
    template <detail::NoLimits Body>
    [[nodiscard]] auto with(std::string_view id, Body&& body)
    {
        detail::refuse_time<Body>();
        return with(id, Limits(), std::forward<Body>(body));
    }

    /// The same within limits: see `async_with`.
    template <class Body>
    [[nodiscard]] auto with(std::string_view id, const Limits& limits, Body&& body)
    {
        using T = Scope<S, std::remove_cvref_t<Body>>;
        static_assert(
            std::invocable<Body&, TenantDb<T>>,
            "tenantry: the body of with takes a TenantDb<T>, for any T: [&]<class T>(TenantDb<T> db)");
        using Returned = std::invoke_result_t<Body&, TenantDb<T>>;
        static_assert(detail::is_outcome<Returned>,
                      "tenantry: the body of with returns a Result<R>; a coroutine goes to async_with");
        static_assert(detail::check_error_type<Returned>());
        return detail::run_scope<T>(core_, TenantId::parse(id), limits, body);
    }

    /// A handle that is not bound to a body, for code that must be compiled separately. The tenant stays open
    /// while the handle or a copy of it lives. What the compiler cannot see here is refused at run time with
    /// `errc::wrong_tenant`.
    template <detail::NoLimits Token = boost::asio::deferred_t>
    auto async_tenant(std::string_view id, Token&& token = {})
    {
        detail::refuse_time<Token>();
        return async_tenant(id, Limits(), std::forward<Token>(token));
    }

    /// The same within limits, which are those of the handle as well (`TenantDb::unlimited`): see `async_with`.
    template <class Token = boost::asio::deferred_t>
    auto async_tenant(std::string_view id, const Limits& limits, Token&& token = {})
    {
        return boost::asio::async_initiate<Token, void(Result<TenantDb<S>>)>(
            detail::InitiateTenant<S>(core_), token, TenantId::parse(id), limits);
    }

    /// As `async_tenant`; the calling thread waits.
    [[nodiscard]] Result<TenantDb<S>> tenant(std::string_view id, const Limits& limits = {})
    {
        return detail::acquire_and_wait(*core_, TenantId::parse(id), limits)
            .map([this](detail::LeasePtr lease) {
                return detail::HandleMaker::make<S>(std::move(lease), core_->executor());
            });
    }

    /// Removes a tenant and its files. Operations that have begun are waited for; new ones are refused with
    /// `errc::tenant_gone`, for handles that are kept as well. `errc::no_such_tenant` if there is none, or if
    /// it is being destroyed already. Cancelling has no effect once operations are refused.
    template <class Token = boost::asio::deferred_t>
    auto async_destroy(std::string_view id, Token&& token = {})
    {
        return boost::asio::async_initiate<Token, void(Result<void>)>(
            detail::InitiateOnTenant<&detail::FleetPort::destroy>(core_), token, TenantId::parse(id));
    }

    /// As `async_destroy`; the calling thread waits.
    [[nodiscard]] Result<void> destroy(std::string_view id)
    {
        return detail::destroy_and_wait(*core_, TenantId::parse(id));
    }

    /// `FleetOptions::clock`, for what waits with the fleet, such as `RetryPolicy`.
    [[nodiscard]] TimeSource clock() const noexcept { return core_->clock(); }

    /// How the fleet fares: numbers as of now, and counted since it was opened. `TenantDb::stats` says how a
    /// tenant does.
    [[nodiscard]] FleetStats stats() const { return core_->stats(); }

    /// Every tenant there is, sorted. Reads directories, no database; blocks on the disk.
    [[nodiscard]] Result<std::vector<TenantId>> tenants() const { return core_->tenants(); }

    /// Where a tenant's files are, or would be. Nobody but SQLite may open its database while the fleet may
    /// have it open.
    [[nodiscard]] Result<std::filesystem::path> directory(std::string_view id) const
    {
        return TenantId::parse(id).map([this](const TenantId& tenant) { return core_->directory(tenant); });
    }

    /// Ends the fleet: refuses new work with `errc::fleet_closed`, ends the accepted work as `how` says, then
    /// checkpoints and closes every database. Completes with the first error that closing has met. May be
    /// called again to cancel what is being drained. Cannot be cancelled itself.
    template <detail::NoLimits Token = boost::asio::deferred_t>
    auto async_close(Shutdown how, Token&& token = {})
    {
        detail::refuse_time<Token>();
        return async_close(how, Limits(), std::forward<Token>(token));
    }

    /// The same within a time: `fleet.async_close(Shutdown::drain, within(10s))`. What is not drained by the deadline is
    /// cancelled, as by a second `async_close(Shutdown::cancel)`; bodies that run then are waited for, however long they take.
    template <class Token = boost::asio::deferred_t>
    auto async_close(Shutdown how, const Limits& limits, Token&& token = {})
    {
        return boost::asio::async_initiate<Token, void(Result<void>)>(detail::InitiateClose(core_), token,
                                                                      how, limits);
    }

    /// As `async_close`; the calling thread waits.
    [[nodiscard]] Result<void> close(Shutdown how, const Limits& limits = {})
    {
        return detail::close_and_wait(*core_, how, limits);
    }

private:
    friend struct detail::FleetAccess;
    friend detail::FleetOpener<S>;

    static auto opener()
    {
        constexpr bool is_here = requires { sizeof(detail::FleetOpener<S>); };
        static_assert(is_here, "tenantry: opening a fleet needs #include <tenantry/fleet/open.hpp>");
        return detail::FleetOpener<S>();
    }

    // In a forked process: the threads that would have to be waited for are not here, and the databases are the parent's.
    void abandon() noexcept
    {
        const detail::Undestroyed pool(std::move(pool_));
        const detail::Undestroyed core(std::move(core_));
    }

    Fleet(std::unique_ptr<detail::FleetPool> pool, std::shared_ptr<detail::FleetPort> core) noexcept
        : pool_(std::move(pool)), core_(std::move(core))
    {}

    std::unique_ptr<detail::FleetPool> pool_;
    std::shared_ptr<detail::FleetPort> core_;
};

} // namespace tenantry
