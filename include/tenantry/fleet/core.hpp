// Many tenants, without the user's types: the registry's decisions carried out on an executor.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <tenantry/async/cancellation.hpp>
#include <tenantry/async/context_watch.hpp>
#include <tenantry/async/gate.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/layout.hpp>
#include <tenantry/fleet/options.hpp>
#include <tenantry/fleet/registry.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/tenant/directory.hpp>
#include <tenantry/tenant/lease.hpp>
#include <tenantry/tenant/tenant.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// A fleet at run time. Thread-safe. Shared by the Fleet, its leases and what is posted; it does nothing on
/// its own any more once it was shut down.
class FleetCore final : public async::Waker,
                        public async::ContextClient,
                        public std::enable_shared_from_this<FleetCore> {
    using Clock = std::chrono::steady_clock;

public:
    FleetCore(Layout layout, const SchemaInfo& schema, const FleetOptions& options,
              boost::asio::any_io_executor executor)
        : layout_(std::move(layout)),
          schema_(schema),
          options_(options),
          executor_(std::move(executor)),
          watch_(async::ContextWatch::of_executor(executor_)),
          registry_(options.max_open)
    {
        deadline_timer_.emplace(executor_);
        if (watch_ != nullptr) watch_->add(*this);
    }

    [[nodiscard]] const boost::asio::any_io_executor& executor() const noexcept { return executor_; }
    [[nodiscard]] const Layout& layout() const noexcept { return layout_; }
    [[nodiscard]] const SchemaInfo& schema() const noexcept { return schema_; }
    [[nodiscard]] const FleetOptions& options() const noexcept { return options_; }

    /// Is the tenant open here, so that its schema is this program's?
    [[nodiscard]] bool is_open(const TenantId& id)
    {
        const std::lock_guard lock(mutex_);
        const auto entry = registry_.find(id);
        return entry && entry->phase == Entry::Phase::open;
    }

    /// Waits for a lease on the tenant, which is opened if need be. The waiter is answered exactly once, from
    /// any thread.
    void acquire(const TenantId& id, std::unique_ptr<Entry::Waiter> waiter)
    {
        waiter->deadline = std::chrono::steady_clock::now() + options_.open_deadline;
        const auto lost = find_lost(id);
        decide([&](Registry::Actions& actions) {
            if (lost != nullptr) forget(id, *lost, actions);
            registry_.acquire(id, std::move(waiter), actions);
        });
    }

    void destroy(const TenantId& id, std::unique_ptr<Entry::Destroyer> destroyer)
    {
        decide([&](Registry::Actions& actions) { registry_.destroy(id, std::move(destroyer), actions); });
    }

    /// Counts the tenants that are being made; closing the fleet waits for them. False: it is closing.
    [[nodiscard]] bool begin_creating()
    {
        const std::lock_guard lock(mutex_);
        return registry_.begin_creating();
    }
    void end_creating()
    {
        decide([&](Registry::Actions&) { registry_.end_creating(); });
    }

    /// Makes a tenant. Blocks on the disk.
    [[nodiscard]] Result<void> create(const TenantId& id)
    {
        if (cancelling_) return fail(Registry::closed_error());
        auto created = layout_.prepare(id);
        if (created)
            created = create_directory(layout_.staging(), layout_.directory(id), schema_, options_.tenant);
        if (!created) {
            created.error().in("creating tenant '" + id.string() + "'");
            created.error().with_tenant(id.view());
        }
        return created;
    }

    /// Shut once the executor may have ended: nothing is posted there any more.
    [[nodiscard]] async::Gate& executor_gate() noexcept { return executor_gate_; }

    /// Where handlers that have no executor of their own are called: on the fleet's. Empty where that has ended.
    [[nodiscard]] boost::asio::any_io_executor fallback(const async::GatePass& alive) const
    {
        return alive ? executor_ : boost::asio::any_io_executor();
    }

    /// Runs `task` on the executor, unless the fleet was shut down before: then `task` is destroyed uncalled.
    template <class Task>
    void spawn(Task task)
    {
        const async::GatePass alive(&executor_gate_);
        if (!alive) return;
        boost::asio::post(executor_, [self = shared_from_this(), task = std::move(task)]() mutable {
            if (!self->tasks_.enter()) return;
            task();
            (void)self->tasks_.leave();
        });
    }

    /// Counts the scopes (bodies of async_with) that have begun. False: the fleet is closing.
    [[nodiscard]] bool enter_scope() noexcept { return scopes_.enter(); }
    void leave_scope()
    {
        if (scopes_.leave()) close_tenants();
    }

    void release(const std::shared_ptr<Entry>& entry)
    {
        decide([&](Registry::Actions& actions) { registry_.release(entry, actions); });
    }

    void wake(boost::asio::cancellation_type) noexcept override
    {
        // A caller may cancel what was answered already, and with it the executor's life may have ended.
        const async::GatePass alive(&executor_gate_);
        if (!alive) return;
        boost::asio::post(executor_, [self = shared_from_this()] {
            self->decide([&](Registry::Actions& actions) { self->registry_.sweep_cancelled(actions); });
        });
    }

    /// Closes the fleet: refuses new work, then ends the accepted work in the given way, then checkpoints and
    /// closes every database. `done` is called once, from any thread, with the first error that closing has
    /// met. Does not block. May be called again, to cancel what a first call drains.
    void close(Shutdown how, std::function<void(Result<void>)> done)
    {
        {
            const std::lock_guard lock(mutex_);
            closers_.push_back(std::move(done));
        }
        if (how == Shutdown::cancel) cancelling_ = true;
        decide([&](Registry::Actions& actions) { registry_.close(actions); });
        if (scopes_.shut() || how == Shutdown::cancel) close_tenants();
        if (how == Shutdown::cancel) refuse_waiting();
    }

    /// The destructor's way: cancels what waits, waits for bodies that run, closes every database in this
    /// thread.
    void shut_down() noexcept
    {
        cancelling_ = true;
        (void)scopes_.shut();
        decide([&](Registry::Actions& actions) { registry_.close(actions); });
        if (!tasks_.is_shut()) {
            if (!tasks_.shut()) tasks_.wait_empty();
        }
        std::vector<std::shared_ptr<Entry>> entries;
        decide([&](Registry::Actions& actions) { entries = registry_.forget_all(actions); });
        for (const auto& entry : entries) {
            const auto tenant = entry->tenant;
            if (!tenant) continue;
            tenant->shut(errc::fleet_closed, "the fleet was closed", [] {});
            tenant->refuse_waiting(Registry::closed_error());
            tenant->wait_idle();
            note(tenant->close());
        }
        std::vector<std::function<void(Result<void>)>> closers;
        {
            const std::lock_guard lock(mutex_);
            deadline_timer_.reset();
            closers = std::exchange(closers_, {});
        }
        for (auto& closer : closers) closer(close_result());
        if (!executor_gate_.shut()) executor_gate_.wait_empty();
        if (watch_ != nullptr) std::exchange(watch_, nullptr)->remove(*this);
    }

    void context_gone() noexcept override { shut_down(); }

private:
    using EntryPtr = std::shared_ptr<Entry>;

    // Asks the registry under the lock and does what it says without it.
    template <class Ask>
    void decide(Ask&& ask)
    {
        Registry::Actions actions;
        bool finished = false;
        {
            const std::lock_guard lock(mutex_);
            ask(actions);
            set_timer();
            finished = registry_.is_finished() && !closers_.empty();
        }
        for (auto& entry : actions.open) start_opening(std::move(entry));
        for (auto& entry : actions.close) start_closing(std::move(entry));
        for (const auto& entry : actions.drain) start_draining(entry);
        for (auto& entry : actions.destroy) start_destroying(std::move(entry));
        actions.tell();
        if (finished) finish_closing();
    }

    // --- opening and closing ----------------------------------------------------------------------------------------

    void start_opening(EntryPtr entry)
    {
        spawn([this, entry = std::move(entry),
               deadline = Clock::now() + options_.tenant.busy_deadline]() mutable {
            open(std::move(entry), deadline);
        });
    }

    void open(EntryPtr entry, Clock::time_point deadline)
    {
        auto tenant =
            Tenant::open(entry->id, layout_.directory(entry->id), schema_, options_.tenant, executor_);
        if (tenant) {
            decide([&](Registry::Actions& actions) { registry_.opened(entry, std::move(*tenant), actions); });
            return;
        }
        // Another process is changing the schema: ask again later, without holding a thread meanwhile.
        if (tenant.error() == errc::busy && Clock::now() < deadline)
            return open_later(std::move(entry), deadline);
        Error error = std::move(tenant).error();
        if (error == errc::no_such_tenant)
            error = Error(errc::no_such_tenant, "there is no tenant '" + entry->id.string() + "'");
        error.with_tenant(entry->id.view());
        decide([&](Registry::Actions& actions) { registry_.open_failed(entry, error, actions); });
    }

    void open_later(EntryPtr entry, Clock::time_point deadline)
    {
        auto timer = std::make_shared<boost::asio::steady_timer>(executor_, std::chrono::milliseconds(5));
        timer->async_wait([self = shared_from_this(), timer, entry = std::move(entry),
                           deadline](boost::system::error_code error) mutable {
            if (error) return;
            self->spawn([core = self.get(), entry = std::move(entry), deadline]() mutable {
                core->open(std::move(entry), deadline);
            });
        });
    }

    void start_closing(EntryPtr entry)
    {
        spawn([this, entry = std::move(entry)] { close_files(entry); });
    }

    // Nobody holds a lease, so nothing runs; what has just ended may still be on its way out.
    void close_files(const EntryPtr& entry)
    {
        entry->tenant->shut(errc::tenant_gone, "the tenant was closed", [] {});
        entry->tenant->wait_idle();
        note(entry->tenant->close());
        decide([&](Registry::Actions& actions) { registry_.closed(entry, actions); });
    }

    void start_draining(const EntryPtr& entry)
    {
        const bool closing = registry_closed();
        entry->tenant->shut(closing ? errc::fleet_closed : errc::tenant_gone,
                            closing ? "the fleet was closed" : "the tenant was destroyed",
                            [self = shared_from_this(), entry] { self->start_closing(entry); });
    }

    // --- destroying -------------------------------------------------------------------------------------------------

    void start_destroying(EntryPtr entry)
    {
        spawn([this, entry = std::move(entry)] { destroy_files(entry); });
    }

    void destroy_files(const EntryPtr& entry)
    {
        auto away = discard_directory(layout_.directory(entry->id), layout_.trash());
        std::unique_ptr<Entry::Destroyer> destroyer;
        // The name is free from here on; removing what it stood for may take longer.
        decide([&](Registry::Actions& actions) { destroyer = registry_.destroyed(entry, actions); });
        Result<void> result;
        if (!away)
            result = fail(away.error() == errc::no_such_tenant
                              ? Error(errc::no_such_tenant, "there is no tenant '" + entry->id.string() + "'")
                              : std::move(away).error());
        else
            result = remove_directory(*away);
        if (!result) result.error().with_tenant(entry->id.view());
        if (destroyer) destroyer->destroyed(std::move(result));
    }

    // --- closing the fleet ------------------------------------------------------------------------------------------

    void close_tenants()
    {
        decide([&](Registry::Actions& actions) { registry_.drain_all(actions); });
    }

    void refuse_waiting()
    {
        std::vector<std::shared_ptr<Tenant>> tenants;
        {
            const std::lock_guard lock(mutex_);
            for (const auto& entry : registry_.entries())
                if (entry->tenant) tenants.push_back(entry->tenant);
        }
        for (const auto& tenant : tenants) tenant->refuse_waiting(Registry::closed_error());
    }

    void finish_closing()
    {
        std::vector<std::function<void(Result<void>)>> closers;
        {
            const std::lock_guard lock(mutex_);
            closers = std::exchange(closers_, {});
        }
        for (auto& closer : closers) closer(close_result());
    }

    // The first failure of closing a database is what closing the fleet is answered with.
    void note(Result<void> result)
    {
        if (result) return;
        const std::lock_guard lock(mutex_);
        if (close_error_.has_value()) close_error_ = std::move(result);
    }

    [[nodiscard]] Result<void> close_result()
    {
        const std::lock_guard lock(mutex_);
        return close_error_;
    }

    [[nodiscard]] bool registry_closed()
    {
        const std::lock_guard lock(mutex_);
        return registry_.is_closed();
    }

    // Another process may have put another tenant in the place of one that is open: whoever comes now gets the new
    // one. Looked for without the lock.
    [[nodiscard]] std::shared_ptr<Tenant> find_lost(const TenantId& id)
    {
        std::shared_ptr<Tenant> tenant;
        {
            const std::lock_guard lock(mutex_);
            if (const auto entry = registry_.find(id)) tenant = entry->tenant;
        }
        return tenant == nullptr || tenant->look() ? nullptr : tenant;
    }

    // --- small things, under the lock -------------------------------------------------------------------------------

    void forget(const TenantId& id, const Tenant& lost, Registry::Actions& actions)
    {
        const auto entry = registry_.find(id);
        if (entry && entry->tenant.get() == &lost) registry_.lost(entry, actions);
    }

    // Wakes when the first one who waits for room gives up.
    void set_timer()
    {
        if (!deadline_timer_) return;
        const auto next = registry_.next_deadline();
        if (!next && timer_set_) {
            // It would keep the executor's context at work for nothing.
            timer_set_.reset();
            deadline_timer_->cancel();
        }
        if (!next || (timer_set_ && *timer_set_ <= *next)) return;
        timer_set_ = next;
        deadline_timer_->expires_at(*next);
        deadline_timer_->async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (!self || error) return;
            self->decide([&](Registry::Actions& actions) {
                self->timer_set_.reset();
                self->registry_.expire(Clock::now(), actions);
            });
        });
    }

    const Layout layout_;
    const SchemaInfo& schema_;
    const FleetOptions options_;
    const boost::asio::any_io_executor executor_;
    async::ContextWatch* watch_;
    async::Gate tasks_;
    async::Gate scopes_;
    async::Gate executor_gate_;
    std::atomic<bool> cancelling_{false};

    std::mutex mutex_; // of all that follows
    Registry registry_;
    std::optional<boost::asio::steady_timer> deadline_timer_;
    std::optional<Clock::time_point> timer_set_;
    std::vector<std::function<void(Result<void>)>> closers_;
    Result<void> close_error_;
};

/// A lease that tells the fleet when it ends.
class FleetLease final : public Lease {
public:
    FleetLease(std::shared_ptr<FleetCore> core, std::shared_ptr<Entry> entry) noexcept
        : Lease(entry->tenant), core_(std::move(core)), entry_(std::move(entry))
    {}

    ~FleetLease() override { core_->release(entry_); }

    [[nodiscard]] async::Gate* executor_gate() const noexcept override { return &core_->executor_gate(); }

private:
    std::shared_ptr<FleetCore> core_;
    std::shared_ptr<Entry> entry_;
};

} // namespace tenantry::detail
