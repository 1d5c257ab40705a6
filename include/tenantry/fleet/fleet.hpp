// Many tenants of one schema, each a SQLite database of its own.
#pragma once

#include <algorithm>
#include <concepts>
#include <filesystem>
#include <future>
#include <memory>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <tenantry/async/gate.hpp>
#include <tenantry/async/promise.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/core.hpp>
#include <tenantry/fleet/options.hpp>
#include <tenantry/fleet/with.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/tenant/tenant_db.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry {

namespace detail {

// Begins an operation of a fleet: what `asio::async_initiate` calls.
class InitiateOnFleet {
public:
    explicit InitiateOnFleet(std::shared_ptr<FleetCore> core) noexcept : core_(std::move(core)) {}

    using executor_type = boost::asio::any_io_executor;
    [[nodiscard]] executor_type get_executor() const noexcept { return core_->executor(); }

protected:
    template <class R, class Handler>
    [[nodiscard]] std::unique_ptr<async::Promise<R>> promise(Handler&& handler) const
    {
        const async::GatePass alive(&core_->executor_gate());
        return std::make_unique<async::Promise<R>>(std::forward<Handler>(handler), core_->fallback(alive),
                                                   core_);
    }

    [[nodiscard]] FleetCore& core() const noexcept { return *core_; }
    [[nodiscard]] const std::shared_ptr<FleetCore>& shared_core() const noexcept { return core_; }

private:
    std::shared_ptr<FleetCore> core_;
};

// For operations that are functions of their own.
struct FleetAccess {
    template <class F>
    [[nodiscard]] static const std::shared_ptr<FleetCore>& core(const F& fleet) noexcept
    {
        return fleet.core_;
    }
};

class InitiateCreate : public InitiateOnFleet {
public:
    using InitiateOnFleet::InitiateOnFleet;

    template <class Handler>
    void operator()(Handler&& handler, Result<TenantId> id) const
    {
        auto done = promise<void>(std::forward<Handler>(handler));
        if (!id) return done->complete(fail(std::move(id).error()));
        if (!core().begin_creating()) return done->complete(fail(Registry::closed_error()));
        core().spawn(Creation(shared_core(), std::move(done), std::move(*id)));
    }

private:
    // Answers when it has run, or when it was given up because the fleet has ended.
    class Creation {
    public:
        Creation(std::shared_ptr<FleetCore> core, std::unique_ptr<async::Promise<void>> done,
                 TenantId id) noexcept
            : core_(std::move(core)), done_(std::move(done)), id_(std::move(id))
        {}
        Creation(Creation&&) noexcept = default;
        Creation& operator=(Creation&&) = delete;
        ~Creation()
        {
            if (!done_) return;
            done_->complete(fail(Registry::closed_error()));
            core_->end_creating();
        }

        void operator()()
        {
            done_->complete(done_->cancelled() ? fail(errc::cancelled, "cancelled before it was begun")
                                               : core_->create(id_));
        }

    private:
        std::shared_ptr<FleetCore> core_;
        std::unique_ptr<async::Promise<void>> done_;
        TenantId id_;
    };
};

class InitiateDestroy : public InitiateOnFleet {
public:
    using InitiateOnFleet::InitiateOnFleet;

    template <class Handler>
    void operator()(Handler&& handler, const Result<TenantId>& id) const
    {
        auto done = promise<void>(std::forward<Handler>(handler));
        if (!id) return done->complete(fail(id.error()));
        core().destroy(*id, std::make_unique<Waiting>(std::move(done)));
    }

private:
    class Waiting final : public Entry::Destroyer {
    public:
        explicit Waiting(std::unique_ptr<async::Promise<void>> done) noexcept : done_(std::move(done)) {}
        void destroyed(Result<void> result) override { done_->complete(std::move(result)); }

    private:
        std::unique_ptr<async::Promise<void>> done_;
    };
};

template <class S>
class InitiateTenant : public InitiateOnFleet {
public:
    using InitiateOnFleet::InitiateOnFleet;

    template <class Handler>
    void operator()(Handler&& handler, const Result<TenantId>& id) const
    {
        auto done = promise<TenantDb<S>>(std::forward<Handler>(handler));
        if (!id) return done->complete(fail(id.error()));
        core().acquire(*id, std::make_unique<Waiting>(shared_core(), std::move(done)));
    }

private:
    class Waiting final : public Entry::Waiter {
    public:
        Waiting(std::shared_ptr<FleetCore> core, std::unique_ptr<async::Promise<TenantDb<S>>> done) noexcept
            : core_(std::move(core)), done_(std::move(done))
        {}

        void granted(std::shared_ptr<Entry> entry) override
        {
            auto lease = std::make_shared<FleetLease>(core_, std::move(entry));
            done_->complete(HandleMaker::make<S>(std::move(lease), core_->executor()));
        }

        void refused(Error error) override { done_->complete(fail(std::move(error))); }
        [[nodiscard]] bool cancelled() const noexcept override { return done_->cancelled(); }

    private:
        std::shared_ptr<FleetCore> core_;
        std::unique_ptr<async::Promise<TenantDb<S>>> done_;
    };
};

template <class S, class Body>
class InitiateWith : public InitiateOnFleet {
public:
    using InitiateOnFleet::InitiateOnFleet;

    template <class Handler>
    void operator()(Handler&& handler, const Result<TenantId>& id, Body body) const
    {
        std::make_shared<ScopeRun<S, Body>>(shared_core(), std::move(body))
            ->start(std::forward<Handler>(handler), id);
    }
};

class InitiateClose : public InitiateOnFleet {
public:
    using InitiateOnFleet::InitiateOnFleet;

    template <class Handler>
    void operator()(Handler&& handler, Shutdown how) const
    {
        const std::shared_ptr<async::Promise<void>> done = promise<void>(std::forward<Handler>(handler));
        core().close(how, [done](Result<void> result) { done->complete(std::move(result)); });
    }
};

} // namespace detail

/// The tenants of one root directory, with schema `S`.
///
/// Every asynchronous operation takes an Asio completion token last, `asio::deferred` by default; its
/// signature is `void(Result<R>)`, and the handler is called on its associated executor, on the fleet's where
/// it has none. All but construction, moving and destruction is thread-safe.
///
/// Several processes may have one root open at a time.
template <SchemaType S>
class Fleet {
public:
    using schema = S;
    using executor_type = boost::asio::any_io_executor;

    /// Opens a fleet on a pool of its own (`FleetOptions::threads`). Makes the root where there is none.
    /// `errc::manifest_mismatch` if the root was made with another layout. Blocks on the disk.
    [[nodiscard]] static Result<Fleet> open(const std::filesystem::path& root,
                                            const FleetOptions& options = {})
    {
        auto layout = detail::Layout::open(root, options);
        if (!layout) return fail(std::move(layout).error());
        std::size_t threads = options.threads;
        if (threads == 0)
            threads = std::max<std::size_t>(4, std::size_t{2} * std::thread::hardware_concurrency());
        auto pool = std::make_unique<boost::asio::thread_pool>(threads);
        executor_type executor = pool->get_executor();
        return Fleet(std::move(*layout), options, std::move(executor), std::move(pool));
    }

    /// The same on an executor of the caller's, whose context must outlive the fleet and should be run by
    /// more than one thread: the fleet waits for disks on it.
    [[nodiscard]] static Result<Fleet> open(const executor_type& executor, const std::filesystem::path& root,
                                            const FleetOptions& options = {})
    {
        auto layout = detail::Layout::open(root, options);
        if (!layout) return fail(std::move(layout).error());
        return Fleet(std::move(*layout), options, executor, nullptr);
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
        core_->shut_down();
        if (!pool_) return;
        // What was answered before this line is told before the pool ends.
        std::promise<void> told;
        boost::asio::post(*pool_, [&told] { told.set_value(); });
        told.get_future().wait();
        pool_->stop();
        pool_->join();
    }

    [[nodiscard]] executor_type get_executor() const noexcept { return core_->executor(); }

    /// Makes a tenant with the tables of the schema; it is on disk for good when the operation completes.
    /// `errc::tenant_exists` if there is one, `errc::invalid_tenant_id`. A creation that fails leaves nothing
    /// behind.
    template <class Token = boost::asio::deferred_t>
    auto async_create(std::string_view id, Token&& token = {})
    {
        return boost::asio::async_initiate<Token, void(Result<void>)>(detail::InitiateCreate(core_), token,
                                                                      TenantId::parse(id));
    }

    /// Runs `body(TenantDb<T>)`, which returns `asio::awaitable<Result<R>>`, with a handle of the tenant, on
    /// the handler's executor; completes with what the body returns, after it has ended. The tenant is opened
    /// if need be, and stays open for the body. `T` is made from the body's own type, so that what is read
    /// inside cannot be used with another tenant.
    ///
    /// `errc::no_such_tenant`: opening never creates. `errc::too_many_open`: `max_open` other tenants stayed
    /// in use for `open_deadline`. What the body throws is `errc::body_failed`. Cancelling ends the wait, or
    /// cancels the body's coroutine.
    template <class Body, class Token = boost::asio::deferred_t>
    auto async_with(std::string_view id, Body&& body, Token&& token = {})
    {
        using Decayed = std::remove_cvref_t<Body>;
        static_assert(
            std::invocable<Decayed&, TenantDb<Scope<S, Decayed>>>,
            "tenantry: the body of async_with takes a TenantDb<T>, for any T: [&]<class T>(TenantDb<T> db)");
        using Returned = detail::scope_result<S, Decayed>;
        static_assert(Returned::is_awaitable_result,
                      "tenantry: the body of async_with returns an asio::awaitable<Result<R>>");
        static_assert(detail::safe_as_temporary<Body>,
                      "tenantry: this compiler destroys the temporaries of a co_await expression twice: "
                      "name the body (auto body = [...]...;) and pass the name, or use clang");
        using R = typename Returned::value;
        return boost::asio::async_initiate<Token, void(Result<R>)>(detail::InitiateWith<S, Decayed>(core_),
                                                                   token, TenantId::parse(id),
                                                                   Decayed(std::forward<Body>(body)));
    }

    /// A handle that is not bound to a body, for code that must be compiled apart. The tenant stays open
    /// while the handle or a copy of it lives. What the compiler cannot see here is refused at run time with
    /// `errc::wrong_tenant`.
    template <class Token = boost::asio::deferred_t>
    auto async_tenant(std::string_view id, Token&& token = {})
    {
        return boost::asio::async_initiate<Token, void(Result<TenantDb<S>>)>(detail::InitiateTenant<S>(core_),
                                                                             token, TenantId::parse(id));
    }

    /// Removes a tenant and its files. Operations that have begun are waited for; new ones are refused with
    /// `errc::tenant_gone`, for handles that are kept as well. `errc::no_such_tenant` if there is none, or if
    /// it is being destroyed already.
    template <class Token = boost::asio::deferred_t>
    auto async_destroy(std::string_view id, Token&& token = {})
    {
        return boost::asio::async_initiate<Token, void(Result<void>)>(detail::InitiateDestroy(core_), token,
                                                                      TenantId::parse(id));
    }

    /// Every tenant there is, sorted. Reads directories, no database; blocks on the disk.
    [[nodiscard]] Result<std::vector<TenantId>> tenants() const { return core_->layout().tenants(); }

    /// Where a tenant's files are, or would be. Nobody but SQLite may open its database while the fleet may
    /// have it open.
    [[nodiscard]] Result<std::filesystem::path> directory(std::string_view id) const
    {
        return TenantId::parse(id).map(
            [this](const TenantId& tenant) { return core_->layout().directory(tenant); });
    }

    /// Ends the fleet: refuses new work with `errc::fleet_closed`, ends the accepted work as `how` says, then
    /// checkpoints and closes every database. Completes with the first error that closing has met. May be
    /// called again to cancel what is being drained.
    template <class Token = boost::asio::deferred_t>
    auto async_close(Shutdown how, Token&& token = {})
    {
        return boost::asio::async_initiate<Token, void(Result<void>)>(detail::InitiateClose(core_), token,
                                                                      how);
    }

private:
    friend struct detail::FleetAccess;

    Fleet(detail::Layout layout, const FleetOptions& options, executor_type executor,
          std::unique_ptr<boost::asio::thread_pool> pool)
        : pool_(std::move(pool)),
          core_(std::make_shared<detail::FleetCore>(std::move(layout), schema_info<S>(), options,
                                                    std::move(executor)))
    {}

    std::unique_ptr<boost::asio::thread_pool> pool_;
    std::shared_ptr<detail::FleetCore> core_;
};

} // namespace tenantry
