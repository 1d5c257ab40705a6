// Many tenants, without the user's types: the registry's decisions carried out on an executor.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <tenantry/async/detail/cancellation.hpp>
#include <tenantry/async/detail/context_watch.hpp>
#include <tenantry/async/detail/fork.hpp>
#include <tenantry/async/detail/gate.hpp>
#include <tenantry/async/detail/inside.hpp>
#include <tenantry/async/detail/kept_memory.hpp>
#include <tenantry/async/detail/runs_here.hpp>
#include <tenantry/async/detail/timer_thread.hpp>
#include <tenantry/core/descriptors.hpp>
#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/detail/layout.hpp>
#include <tenantry/fleet/detail/port.hpp>
#include <tenantry/fleet/detail/registry.hpp>
#include <tenantry/fleet/detail/root_lock.hpp>
#include <tenantry/fleet/options.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/detail/wal_reset_fault.hpp>
#include <tenantry/tenant/detail/directory.hpp>
#include <tenantry/tenant/detail/held_lock.hpp>
#include <tenantry/tenant/detail/lease.hpp>
#include <tenantry/tenant/detail/observation.hpp>
#include <tenantry/tenant/detail/template.hpp>
#include <tenantry/tenant/detail/tenant.hpp>
#include <tenantry/tenant/detail/write_hazards.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// Shared by the Fleet, its leases and what is posted; it does nothing on its own any more once it was shut down.
class FleetCore final : public FleetPort,
                        public async::ContextClient,
                        public std::enable_shared_from_this<FleetCore> {
    using Clock = std::chrono::steady_clock;

public:
    FleetCore(Layout layout, RootLock lock, const SchemaInfo& schema, const FleetOptions& options,
              boost::asio::any_io_executor executor)
        : FleetPort(std::move(executor)),
          layout_(std::move(layout)),
          schema_(schema),
          hazards_(write_hazards(schema)),
          options_(suited_to(schema, options)),
          watch_(async::ContextWatch::of_executor(this->executor())),
          lock_(std::move(lock)),
          registry_(max_open(options)),
          readers_(std::make_shared<ReaderBudget>(options.max_readers != 0 ? options.max_readers
                                                                           : max_open(options) / 2 + 1)),
          template_(schema, options_.tenant),
          observation_(Observation::by(options_.observer))
    {
        deadline_timer_.emplace(timers_->executor());
        awaited_timer_.emplace(timers_->executor());
        tick_timer_.emplace(timers_->executor());
        tick_later();
        // From here on nothing throws: the watch must not be left with what was never made.
        if (watch_ != nullptr && !watch_->add(*this)) {
            watch_ = nullptr;
            shut_down(); // what the fleet would do would never be done
            return;
        }
        // A sole owner's files are checkpointed by nobody else, and by one connection; who only reads checkpoints nothing.
        if (!options_.sole_owner && !options_.read_only && sqlite::has_wal_reset_fault())
            observation_.tell([](Observer& by) { by.warning(sqlite::wal_reset_warning()); });
    }

    /// What runs a fleet, for operations that go beyond its interface: there is no other kind.
    [[nodiscard]] static std::shared_ptr<FleetCore> of(const std::shared_ptr<FleetPort>& port)
    {
        return std::static_pointer_cast<FleetCore>(port);
    }

    [[nodiscard]] const Layout& layout() const noexcept { return layout_; }
    [[nodiscard]] const SchemaInfo& schema() const noexcept { return schema_; }
    [[nodiscard]] const FleetOptions& options() const noexcept { return options_; }

    /// The time that is decided by. How long something took is told by the steady clock.
    [[nodiscard]] Clock::time_point now() const noexcept { return options_.clock.now(); }

    /// What opening the tenant has found, if it is open here.
    [[nodiscard]] std::optional<Migrated> opening(const TenantId& id)
    {
        if (is_forked()) return std::nullopt;
        const std::lock_guard lock(mutex_);
        const auto entry = registry_.find(id);
        if (!entry || entry->phase != Entry::Phase::open) return std::nullopt;
        return entry->tenant->opening();
    }

    [[nodiscard]] FleetStats stats() override
    {
        if (is_forked()) return {};
        FleetStats stats;
        std::vector<std::shared_ptr<Tenant>> open;
        {
            const std::lock_guard lock(mutex_);
            stats = registry_.stats();
            stats.tenants = closed_;
            for (const auto& entry : registry_.entries()) {
                if (!is_open(*entry)) continue;
                open.push_back(entry->tenant);
                stats.leased += entry->leases != 0;
            }
        }
        for (const auto& tenant : open) stats.tenants += tenant->stats();
        return stats;
    }

    [[nodiscard]] Result<std::vector<TenantId>> tenants() const override
    {
        if (is_forked()) return fail(async::forked_error());
        return layout_.tenants();
    }
    [[nodiscard]] std::filesystem::path directory(const TenantId& id) const override
    {
        return layout_.directory(id);
    }

    void acquire(const TenantId& id, LeaseRequest request) override
    {
        if (is_forked()) return request.refuse(async::forked_error());
        // Another process may have put another tenant in the place of one that is open: who comes now gets the new one.
        // Looked for without the lock, and with the lease that was granted, so that nobody evicts it meanwhile.
        while (auto open = request_lease(id, std::move(request))) {
            auto& [granted, entry] = *open;
            if (entry->tenant->is_there()) return grant(std::move(granted), entry);
            const auto thrown =
                try_decide([&](Registry::Actions& actions) { registry_.lost(entry, actions); });
            release(entry);
            if (thrown) return granted.refuse(failed_to("opening a tenant", thrown));
            request = std::move(granted);
        }
    }

    /// Makes the database of a new tenant of this incarnation, in one file that nobody has open afterwards.
    using MakeDatabase = std::function<Result<void>(const std::filesystem::path&, std::uint64_t incarnation)>;

    void create(const TenantId& id, std::unique_ptr<EndWaiter> waiter) override
    {
        create_by(id, std::move(waiter), {});
    }

    /// As `create`, of the database that `make` makes; empty: one of the schema.
    void create_by(const TenantId& id, std::unique_ptr<EndWaiter> waiter, MakeDatabase&& make)
    {
        if (is_forked()) return waiter->ended(fail(async::forked_error()));
        if (options_.read_only) return waiter->ended(fail(only_reads_error().with_tenant(id.view())));
        Registry::Creator creation;
        try {
            creation = std::make_unique<Creation>(shared_from_this(), std::move(waiter), id, std::move(make));
        } catch (...) {
            return waiter->ended(fail(failed_to("creating a tenant", std::current_exception())));
        }
        auto& made = static_cast<Creation&>(*creation);
        const auto thrown = try_decide(
            [&](Registry::Actions& actions) { registry_.create(id, std::move(creation), actions); });
        if (thrown) made.fail_with(thrown); // it is here still
    }

    void destroy(const TenantId& id, std::unique_ptr<EndWaiter> waiter) override
    {
        if (is_forked()) return waiter->ended(fail(async::forked_error()));
        if (options_.read_only) return waiter->ended(fail(only_reads_error().with_tenant(id.view())));
        std::unique_ptr<WaitingForEnd> waiting;
        try {
            waiting = std::make_unique<WaitingForEnd>(std::move(waiter));
        } catch (...) {
            return waiter->ended(fail(failed_to("destroying a tenant", std::current_exception())));
        }
        (void)try_decide(
            [&](Registry::Actions& actions) { registry_.destroy(id, std::move(waiting), actions); });
    }

    /// Runs `task` on the executor, unless the fleet was shut down before: then `task` is destroyed uncalled. It answers
    /// those who wait for it, also where something throws: nothing of that may leave it. Throws what the executor does, and
    /// the task is destroyed uncalled.
    template <class Task>
    void spawn(Task task)
    {
        const async::GatePass alive(&executor_gate());
        if (!alive) return;
        boost::asio::post(executor(), [self = shared_from_this(), task = std::move(task)]() mutable {
            const async::GatePass is_open(&self->tasks_);
            if (!is_open) return;
            const async::Inside inside(async::context_of(self->executor()));
            task();
        });
    }

    /// The answer to those who wait for a task where `spawn` has thrown.
    [[nodiscard]] static Error not_taken(std::exception_ptr thrown) noexcept
    {
        return thrown_error(std::move(thrown), errc::overloaded, "the fleet's executor");
    }

    /// The same, a little later; `lost()` where that cannot be, for want of memory. Called from what runs on the executor.
    template <class Task, class Lost>
    void spawn_later(std::chrono::milliseconds time, Task task, Lost lost)
    {
        wait_to_spawn(std::make_shared<Delayed<Task, Lost>>(std::move(task), std::move(lost)), time);
    }

    [[nodiscard]] Result<void> may_wait() override
    {
        if (is_forked()) return fail(async::forked_error());
        const async::GatePass alive(&executor_gate());
        if (!alive || !async::runs_here(executor())) return {};
        return fail(errc::wrong_thread,
                    "a call that blocks, in a thread of the fleet's own pool, which it would "
                    "wait for: use the asynchronous operation (async_...) there");
    }

    [[nodiscard]] Result<const void*> may_wait_for_destruction(const TenantId& id) override
    {
        if (is_forked()) return fail(async::forked_error());
        const void* awaited = nullptr;
        {
            const std::lock_guard lock(mutex_);
            if (const auto entry = registry_.find(id)) awaited = entry->tenant.get();
        }
        if (awaited != nullptr && async::Inside::of(awaited)) return fail(inside_of_reading(id).error());
        if (auto may = may_wait(); !may) return fail(std::move(may).error());
        return awaited;
    }

    [[nodiscard]] Result<void> may_wait_for_close() override
    {
        if (is_forked()) return fail(async::forked_error());
        if (async::Inside::of(static_cast<FleetPort*>(this)))
            return fail(errc::wrong_thread,
                        "close() inside of a body of with() would wait for the body: call it after the body");
        {
            const std::lock_guard lock(mutex_);
            for (const auto& entry : registry_.entries())
                if (async::Inside::of(entry->tenant.get())) return inside_of_reading(entry->id);
        }
        return may_wait();
    }

    [[nodiscard]] Result<void> enter_scope() override
    {
        if (scopes_.enter()) return {};
        return fail(is_forked() ? async::forked_error() : Registry::closed_error());
    }
    void leave_scope() override
    {
        if (scopes_.leave()) close_tenants();
    }

    void wake(boost::asio::cancellation_type) noexcept override
    {
        // A caller may cancel what was answered already, and with it the executor's life may have ended.
        const async::GatePass alive(&executor_gate());
        if (!alive) return;
        try {
            boost::asio::post(executor(), [self = shared_from_this()] {
                self->decide([&](Registry::Actions& actions) { self->registry_.sweep_cancelled(actions); });
            });
        } catch (...) { // a cancelled operation is found so when its turn comes
        }
    }

    void close(Shutdown how, std::unique_ptr<EndWaiter> waiter) override
    {
        if (is_forked()) return waiter->ended(fail(async::forked_error()));
        try {
            const std::lock_guard lock(mutex_);
            closers_.push_back(std::move(waiter));
        } catch (...) {
            return waiter->ended(fail(failed_to("closing the fleet", std::current_exception())));
        }
        if (how == Shutdown::cancel) cancelling_ = true;
        decide([&](Registry::Actions& actions) { registry_.close(actions); });
        if (scopes_.shut() || how == Shutdown::cancel) close_tenants();
        try {
            if (how == Shutdown::cancel) refuse_waiting();
        } catch (...) { // without memory for that it is awaited
        }
    }

    void shut_down() noexcept override
    {
        if (timers_) timers_->stop();
        cancelling_ = true;
        (void)scopes_.shut();
        decide([&](Registry::Actions& actions) { registry_.close(actions); });
        if (!tasks_.is_shut()) {
            if (!tasks_.shut()) tasks_.wait_empty();
        }
        const auto forget_one = [this] {
            EntryPtr entry;
            decide([&](Registry::Actions& actions) { entry = registry_.forget_one(actions); });
            return entry;
        };
        while (const EntryPtr entry = forget_one()) {
            const auto tenant = entry->tenant;
            if (!tenant) continue;
            tenant->shut(errc::fleet_closed, "the fleet was closed", nullptr);
            tenant->refuse_waiting(Registry::closed_error());
            tenant->wait_idle();
            note(tenant->close());
            observation_.tell(
                [&](Observer& by) { by.tenant_closed(entry->id.view(), CloseReason::fleet_closed); });
            const auto counted = counted_of(*tenant);
            const std::lock_guard lock(mutex_);
            closed_ += counted;
        }
        std::vector<std::unique_ptr<EndWaiter>> closers;
        {
            const std::lock_guard lock(mutex_);
            deadline_timer_.reset();
            awaited_timer_.reset();
            tick_timer_.reset();
            lock_.release();
            closers = std::exchange(closers_, {});
        }
        for (auto& closer : closers) closer->ended(close_result());
        timers_.reset(); // with all that was to be done later, which counts as work of the executor's
        if (!executor_gate().shut()) executor_gate().wait_empty();
        if (watch_ != nullptr) std::exchange(watch_, nullptr)->remove(*this);
        exposed_.reset();
    }

    void context_gone() noexcept override
    {
        if (is_forked()) return watch_->remove(*this);
        shut_down();
    }

private:
    using EntryPtr = std::shared_ptr<Entry>;

    // Triggers that keep full-text tables in step run only where the schema is trusted. A sole owner has one connection
    // to each tenant.
    [[nodiscard]] static FleetOptions suited_to(const SchemaInfo& schema, FleetOptions options)
    {
        if (schema.needs_trust) options.tenant.profile.trusted_schema = true;
        options.tenant.profile.exclusive = options.sole_owner;
        options.tenant.profile.read_only = options.read_only;
        if (options.read_only) options.tenant.checkpoints.automatic = false;
        return options;
    }

    [[nodiscard]] static Result<void> inside_of_reading(const TenantId& id)
    {
        return fail(Error(errc::wrong_thread,
                          "a call that would wait for the reading it is called from: make it "
                          "after for_each() or snapshot() has returned")
                        .with_tenant(id.view()));
    }

    // --- who waits ------------------------------------------------------------------------------------------------

    // Tells the fleet when it ends.
    class GrantedLease final : public Lease {
    public:
        GrantedLease(std::shared_ptr<FleetCore> core, EntryPtr entry) noexcept
            : Lease(entry->tenant), core_(std::move(core)), entry_(std::move(entry))
        {}
        ~GrantedLease() override
        {
            if (core_->is_forked()) {
                // What it has is the parent's: nothing of it is destroyed here.
                const async::Undestroyed core(std::move(core_));
                const async::Undestroyed entry(std::move(entry_));
                return;
            }
            core_->release(entry_);
        }

        [[nodiscard]] async::Gate* executor_gate() const noexcept override { return &core_->executor_gate(); }

    private:
        std::shared_ptr<FleetCore> core_;
        EntryPtr entry_;
    };

    class WaitingForEnd final : public Entry::Destroyer {
    public:
        explicit WaitingForEnd(std::unique_ptr<EndWaiter> waiter) noexcept : waiter_(std::move(waiter)) {}
        WaitingForEnd(const WaitingForEnd&) = delete;
        WaitingForEnd& operator=(const WaitingForEnd&) = delete;
        ~WaitingForEnd() override { destroyed(fail(errc::out_of_memory)); }

        void destroyed(Result<void> result) override
        {
            if (const auto waiter = std::exchange(waiter_, nullptr)) waiter->ended(std::move(result));
        }
        [[nodiscard]] bool cancelled() const noexcept override { return waiter_ && waiter_->cancelled(); }

    private:
        std::unique_ptr<EndWaiter> waiter_;
    };

    // Answers when it has run, or when it was given up because the fleet has ended.
    class Creation final : public Entry::Creator {
    public:
        Creation(std::shared_ptr<FleetCore> core, std::unique_ptr<EndWaiter>&& waiter, const TenantId& id,
                 MakeDatabase&& make)
            : core_(std::move(core)), id_(id), make_database_(std::move(make)), waiter_(std::move(waiter))
        {}
        Creation(const Creation&) = delete;
        Creation& operator=(const Creation&) = delete;
        ~Creation() override
        {
            if (waiter_) end(fail(Registry::closed_error()));
        }

        void begin(std::unique_ptr<Creator> self) override
        {
            std::shared_ptr<Creator> shared;
            try {
                shared = std::move(self);
                core_->spawn([this, shared] { end(make()); });
            } catch (...) {
                end(fail(not_taken(std::current_exception())));
            }
        }

        void fail_with(std::exception_ptr thrown) noexcept
        {
            end(fail(failed_to("creating a tenant", std::move(thrown))));
        }

    private:
        [[nodiscard]] Result<void> make() noexcept
        {
            try {
                if (waiter_->cancelled()) return fail(errc::cancelled, "cancelled before it was begun");
                return core_->create_files(id_, make_database_);
            } catch (...) {
                return fail(failed_to("creating a tenant", std::current_exception()));
            }
        }

        void end(Result<void> result) noexcept
        {
            const auto waiter = std::move(waiter_);
            if (!waiter) return;
            if (begun)
                core_->decide([&](Registry::Actions& actions) { core_->registry_.created(id_, actions); });
            waiter->ended(std::move(result));
            if (counted) core_->decide([&](Registry::Actions&) { core_->registry_.end_creating(); });
        }

        std::shared_ptr<FleetCore> core_;
        TenantId id_;
        MakeDatabase make_database_;
        std::unique_ptr<EndWaiter> waiter_;
    };

    // Returned is the request that was granted a lease at once, since the tenant is open; one that waits is answered later.
    [[nodiscard]] std::optional<std::pair<LeaseRequest, EntryPtr>> request_lease(
        const TenantId& id, LeaseRequest request) noexcept
    {
        std::optional<std::pair<LeaseRequest, EntryPtr>> open;
        // Where it throws the request was destroyed, and so refused.
        (void)try_decide([&](Registry::Actions& actions) {
            if (request.deadline == LeaseRequest::TimePoint{})
                request.deadline = later(registry_.now(), options_.open_deadline);
            registry_.acquire(id, std::move(request), actions);
            if (actions.granted.empty()) return;
            open.emplace(std::move(actions.granted.back()));
            actions.granted.pop_back();
        });
        return open;
    }

    void grant(LeaseRequest request, const EntryPtr& entry) noexcept
    {
        LeasePtr lease;
        try {
            lease = std::make_shared<GrantedLease>(shared_from_this(), entry);
        } catch (...) {
            release(entry);
            return request.refuse(failed_to("opening a tenant", std::current_exception()));
        }
        request.grant(std::move(lease));
    }

    void release(const EntryPtr& entry)
    {
        decide([&](Registry::Actions& actions) { registry_.release(entry, actions); });
    }

    [[nodiscard]] Result<void> create_files(const TenantId& id, const MakeDatabase& make)
    {
        if (cancelling_) return fail(Registry::closed_error());
        const auto begun = Clock::now();
        const auto place = layout_.prepare(id);
        auto created = !place ? fail(place.error())
                       : make ? create_directory_by(layout_.staging(), *place, make)
                              : template_.create(layout_.staging(), *place);
        if (!created) {
            created.error().in("creating tenant '" + id.string() + "'");
            created.error().with_tenant(id.view());
            return created;
        }
        observation_.tell([&](Observer& by) { by.tenant_created(id.view(), Clock::now() - begun); });
        return created;
    }

    // Asks the registry under the lock and does what it says without it. What the registry notes it needs no memory for,
    // but where somebody new comes.
    template <class Ask>
    void decide(Ask&& ask) noexcept
    {
        (void)try_decide(std::forward<Ask>(ask));
    }

    // The same. Returned is what asking has thrown; what the registry had said by then is done.
    template <class Ask>
    [[nodiscard]] std::exception_ptr try_decide(Ask&& ask) noexcept
    {
        Registry::Actions actions;
        std::exception_ptr thrown;
        bool finished = false;
        {
            const std::lock_guard lock(mutex_);
            registry_.set_time(now());
            try {
                ask(actions);
            } catch (...) {
                thrown = std::current_exception();
            }
            set_timer();
            finished = registry_.is_finished() && !closers_.empty();
        }
        while (!actions.open.empty()) start_opening(actions.open.take_front());
        while (!actions.close.empty()) start_closing(actions.close.take_front());
        while (!actions.drain.empty()) start_draining(actions.drain.take_front());
        while (!actions.destroy.empty()) start_destroying(actions.destroy.take_front());
        for (auto& [request, entry] : actions.granted) grant(std::move(request), entry);
        actions.answer();
        if (finished) finish_closing();
        return thrown;
    }

    [[nodiscard]] static Error failed_to(std::string_view what, std::exception_ptr thrown) noexcept
    {
        return thrown_error(std::move(thrown), errc::internal, what);
    }

    template <class Task, class Lost>
    struct Delayed {
        Delayed(Task&& the_task, Lost&& the_lost) noexcept
            : task(std::move(the_task)), lost(std::move(the_lost))
        {}
        // Only while it waits: a thread of the pool may have the rest still when the timers' own context is gone.
        std::optional<boost::asio::steady_timer> timer{};
        Task task;
        Lost lost;
    };

    template <class DelayedPtr>
    void wait_to_spawn(DelayedPtr delayed, std::chrono::milliseconds time)
    {
        auto& timer = delayed->timer.emplace(timers_->executor());
        timer.expires_after(time);
        timer.async_wait([self = shared_from_this(), on = async::at_work(executor()),
                          delayed = std::move(delayed)](boost::system::error_code error) {
            if (!error) self->spawn_now(delayed);
        });
    }

    // In the timers' thread. Where the executor does not take it now it may do so in a moment.
    template <class DelayedPtr>
    void spawn_now(const DelayedPtr& delayed) noexcept
    {
        delayed->timer.reset();
        try {
            try {
                spawn([delayed] { delayed->task(); });
            } catch (...) {
                wait_to_spawn(delayed, retry_after);
            }
        } catch (...) {
            delayed->lost();
        }
    }

    [[nodiscard]] static std::size_t max_open(const FleetOptions& options) noexcept
    {
        if (options.max_open != 0) return options.max_open;
        return tenants_for(descriptor_limit(),
                           options.sole_owner ? descriptors_of_sole : descriptors_of_tenant);
    }

    // --- what is done now and then --------------------------------------------------------------------------------

    // Often enough for the shortest of the times that are waited for.
    [[nodiscard]] static std::chrono::milliseconds tick_length(const FleetOptions& options) noexcept
    {
        constexpr std::chrono::milliseconds usual{1000};
        constexpr std::chrono::milliseconds shortest{10};
        auto length = usual;
        for (const auto time : {options.trim_idle_after, options.close_idle_after, options.upkeep.idle_after,
                                options.tenant.checkpoints.age})
            if (time.count() > 0) length = std::min(length, time / 2);
        return std::max(length, shortest);
    }

    // It is no work of the executor's: there is always a next time, also where memory has run out meanwhile.
    void tick_later()
    {
        tick_timer_->expires_after(tick_length(options_));
        tick_timer_->async_wait(
            boost::asio::bind_allocator(tick_memory_.allocator(), [this](boost::system::error_code error) {
                if (error) return;
                try {
                    tick();
                } catch (...) { // there is another time
                }
                tick_later();
            }));
    }

    // In the timers' thread: what takes time is done on the executor.
    void tick()
    {
        const async::GatePass alive(&executor_gate());
        if (!alive) return;
        std::vector<std::shared_ptr<Tenant>> trimmed;
        std::vector<std::shared_ptr<Tenant>> open;
        EntryPtr quiet;
        std::shared_ptr<Tenant> quiet_tenant;
        decide([&](Registry::Actions& actions) { registry_.close_again(actions); });
        decide([&](Registry::Actions& actions) {
            const auto now = registry_.now();
            // Timers have seen to these, unless another clock than theirs is asked.
            if (is_due(registry_.next_deadline(), now)) registry_.expire(now, actions);
            if (is_due(registry_.awaited_until(), now)) registry_.expire_awaited(now, actions);
            if (options_.close_idle_after.count() > 0)
                registry_.close_idle(earlier(now, options_.close_idle_after), actions);
            if (options_.trim_idle_after.count() > 0)
                for (const auto& entry : registry_.trim_idle(earlier(now, options_.trim_idle_after)))
                    trimmed.push_back(entry->tenant);
            for (const auto& entry : registry_.entries())
                if (entry->tenant) open.push_back(entry->tenant);
            const auto& upkeep = options_.upkeep;
            if (upkeep.idle_after.count() > 0 && !options_.read_only && !*upkeep_)
                quiet = registry_.next_for_upkeep(earlier(now, upkeep.idle_after), upkeep.every);
            if (quiet) quiet_tenant = quiet->tenant;
        });
        if (quiet && !look_after(*quiet_tenant))
            decide([&](Registry::Actions&) { Registry::put_off_upkeep(*quiet); });
        for (const auto& tenant : trimmed) tenant->trim();
        for (const auto& tenant : open) tenant->upkeep();
    }

    [[nodiscard]] static bool is_due(std::optional<Clock::time_point> time, Clock::time_point now) noexcept
    {
        return time && *time <= now;
    }

    // False: it was not begun.
    [[nodiscard]] bool look_after(Tenant& tenant) noexcept
    {
        *upkeep_ = true;
        try {
            return tenant.look_after(options_.upkeep, [running = upkeep_] { *running = false; });
        } catch (...) {
            *upkeep_ = false;
            return false;
        }
    }

    // --- opening and closing ----------------------------------------------------------------------------------------

    void start_opening(const EntryPtr& entry) noexcept
    {
        try {
            spawn([this, entry] { open(entry, HeldLock()); });
        } catch (...) {
            open_failed(entry, not_taken(std::current_exception()));
        }
    }

    void open(const EntryPtr& entry, const HeldLock& lock) noexcept
    {
        decide([&](Registry::Actions&) { Registry::begin_opening(*entry); });
        try {
            try_to_open(entry, lock);
        } catch (...) {
            open_failed(entry, failed_to("opening a tenant", std::current_exception()));
        }
    }

    void try_to_open(const EntryPtr& entry, HeldLock lock)
    {
        const auto begun = Clock::now();
        auto tenant = is_retiring(entry->id)
                          ? fail(errc::busy, "what was lost under this name is still in use in this process")
                          : Tenant::open(entry->id, layout_.directory(entry->id), schema_, hazards_,
                                         options_.tenant, executor(), *timers_, readers_, observation_);
        if (tenant) {
            observation_.tell([&](Observer& by) {
                by.tenant_opened({entry->id.view(), Clock::now() - begun, (*tenant)->opening().done});
            });
            decide([&](Registry::Actions& actions) { registry_.opened(entry, std::move(*tenant), actions); });
            return;
        }
        // Another process is changing the schema, or what was lost is being closed: ask again later, without holding a thread meanwhile.
        if (tenant.error() == errc::busy) {
            lock.found(now(), options_.tenant.busy_deadline);
            if (!HeldLock::is_enough(lock.time(), options_.tenant.busy_deadline) && is_wanted(*entry))
                return open_later(entry, lock);
        }
        Error error = std::move(tenant).error();
        if (error == errc::no_such_tenant)
            error = Error(errc::no_such_tenant, "there is no tenant '" + entry->id.string() + "'");
        open_failed(entry, std::move(error));
    }

    void open_failed(const EntryPtr& entry, Error error) noexcept
    {
        error.with_tenant(entry->id.view());
        decide([&](Registry::Actions& actions) { registry_.open_failed(entry, error, actions); });
    }

    [[nodiscard]] bool is_wanted(const Entry& entry)
    {
        const std::lock_guard lock(mutex_);
        return Registry::is_wanted(entry);
    }

    void open_later(const EntryPtr& entry, const HeldLock& lock)
    {
        spawn_later(
            retry_after, [this, entry, lock] { open(entry, lock); },
            [this, entry] { open_failed(entry, Error(errc::out_of_memory)); });
    }

    void start_closing(const EntryPtr& entry) noexcept
    {
        spawn_surely(
            [this, entry] { close_files(entry); },
            [this, entry] { decide([&](Registry::Actions&) { Registry::put_off_closing(*entry); }); });
    }

    // Somebody has to: where the executor does not take it, it is tried again later. `lost`: there is no memory for that.
    template <class Task, class Lost>
    void spawn_surely(Task task, const Lost& lost) noexcept
    {
        const async::GatePass alive(&executor_gate());
        if (!alive) return;
        try {
            try {
                spawn(task);
            } catch (...) {
                spawn_later(retry_after, std::move(task), lost);
            }
        } catch (...) {
            lost();
        }
    }

    // Nobody holds a lease, so nothing runs; what has just ended may still be on its way out.
    void close_files(const EntryPtr& entry) noexcept
    {
        entry->tenant->shut(errc::tenant_gone, "the tenant was closed", nullptr);
        entry->tenant->wait_idle();
        note(entry->tenant->close());
        const auto why = why_closed(*entry);
        observation_.tell([&](Observer& by) { by.tenant_closed(entry->id.view(), why); });
        const auto counted = counted_of(*entry->tenant);
        decide([&](Registry::Actions& actions) {
            closed_ += counted;
            registry_.closed(entry, actions);
        });
    }

    [[nodiscard]] CloseReason why_closed(const Entry& entry)
    {
        const std::lock_guard lock(mutex_);
        switch (entry.phase) {
        case Entry::Phase::lost: return CloseReason::gone;
        case Entry::Phase::draining:
            return entry.destroyer ? CloseReason::destroyed : CloseReason::fleet_closed;
        default: return entry.why_closed;
        }
    }

    // Its tenant's numbers are not among those of the closed ones yet.
    [[nodiscard]] static bool is_open(const Entry& entry) noexcept
    {
        using Phase = Entry::Phase;
        return entry.tenant != nullptr && entry.phase != Phase::waiting && entry.phase != Phase::opening &&
               entry.phase != Phase::destroying;
    }

    // What is left of a closed tenant's numbers.
    [[nodiscard]] static TenantStats counted_of(Tenant& tenant)
    {
        TenantStats counted = tenant.stats();
        counted.log_bytes = 0;
        counted.memory = {};
        return counted;
    }

    void start_draining(const EntryPtr& entry) noexcept
    {
        const bool closing = registry_closed();
        const auto code = closing ? errc::fleet_closed : errc::tenant_gone;
        const bool lost = !closing && entry->tenant->lost();
        const Error gone = lost ? why_lost(*entry->tenant) : Error(errc::tenant_gone);
        const std::string_view why = closing ? "the fleet was closed"
                                     : lost  ? gone.message()
                                             : "the tenant was destroyed";
        std::function<void()> then;
        try {
            then = [self = shared_from_this(), entry] { self->start_closing(entry); };
        } catch (...) { // in a thread that waits for its operations, then
        }
        const bool waits = then == nullptr;
        entry->tenant->shut(code, why, std::move(then));
        if (waits) start_closing(entry);
    }

    [[nodiscard]] static Error why_lost(const Tenant& tenant) noexcept
    {
        try {
            return tenant.lost_error();
        } catch (...) { // without memory for the words it is said without them
            return Error(errc::tenant_gone);
        }
    }

    // --- destroying -------------------------------------------------------------------------------------------------

    void start_destroying(const EntryPtr& entry) noexcept
    {
        try {
            spawn([this, entry] { destroy_files(entry); });
        } catch (...) {
            end_destroying(entry, fail(not_taken(std::current_exception())));
        }
    }

    void destroy_files(const EntryPtr& entry) noexcept
    {
        try {
            if (is_destruction_cancelled(*entry))
                return end_destroying(entry, fail(errc::cancelled, "cancelled before it was begun"));
            end_destroying(entry, discard_directory(layout_.directory(entry->id), layout_.trash()));
        } catch (...) {
            end_destroying(entry, fail(failed_to("destroying a tenant", std::current_exception())));
        }
    }

    [[nodiscard]] bool is_destruction_cancelled(const Entry& entry)
    {
        const std::lock_guard lock(mutex_);
        return Registry::is_destruction_cancelled(entry);
    }

    // `away`: where its files are now.
    void end_destroying(const EntryPtr& entry, Result<std::filesystem::path> away) noexcept
    {
        if (away) observation_.tell([&](Observer& by) { by.tenant_destroyed(entry->id.view()); });
        std::unique_ptr<Entry::Destroyer> destroyer;
        // The name is free from here on; removing what it stood for may take longer.
        decide([&](Registry::Actions& actions) { destroyer = registry_.destroyed(entry, actions); });
        auto result = removed(*entry, std::move(away));
        if (!result) result.error().with_tenant(entry->id.view());
        if (destroyer) destroyer->destroyed(std::move(result));
    }

    [[nodiscard]] static Result<void> removed(const Entry& entry, Result<std::filesystem::path> away) noexcept
    {
        try {
            if (away) return remove_directory(*away);
            if (away.error() == errc::no_such_tenant)
                return fail(errc::no_such_tenant, "there is no tenant '" + entry.id.string() + "'");
            return fail(std::move(away).error());
        } catch (...) {
            return fail(failed_to("destroying a tenant", std::current_exception()));
        }
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
        std::vector<std::unique_ptr<EndWaiter>> closers;
        {
            const std::lock_guard lock(mutex_);
            lock_.release(); // every database is closed: others may have the root before the answer is there
            closers = std::exchange(closers_, {});
        }
        for (auto& closer : closers) closer->ended(close_result());
    }

    // The first failure of closing a database is what closing the fleet is answered with.
    void note(Result<void> result)
    {
        if (result) return;
        observation_.tell(
            [&](Observer& by) { by.background_error(BackgroundTask::closing, result.error()); });
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

    // --- small things, under the lock -------------------------------------------------------------------------------

    // Whether connections are still open to what was lost under this name. They share locks and the log's index with
    // whatever is opened there in this process.
    [[nodiscard]] bool is_retiring(const TenantId& id)
    {
        const std::lock_guard lock(mutex_);
        return registry_.is_leaving(id);
    }

    // Wakes when the first one who waits for room gives up.
    void set_timer() noexcept
    {
        try {
            if (deadline_timer_) set_timer_at_next();
        } catch (...) {
            timer_set_.reset(); // the next decision tries again
        }
        try {
            if (awaited_timer_) set_awaited_timer();
        } catch (...) {
            awaited_timer_set_.reset(); // the same
        }
    }

    // Whoever waits for a tenant that is being opened has this timer set, and it is left so when that is open: those who come
    // within the same time need it not be set again.
    void set_awaited_timer()
    {
        const auto until = registry_.awaited_until();
        if (!until || (awaited_timer_set_ && *awaited_timer_set_ <= *until)) return;
        awaited_timer_set_ = until;
        awaited_timer_->expires_after(time_between(registry_.now(), *until));
        awaited_timer_->async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (!self || error) return;
            self->decide([&](Registry::Actions& actions) {
                self->awaited_timer_set_.reset();
                self->registry_.expire_awaited(self->registry_.now(), actions);
            });
        });
    }

    void set_timer_at_next()
    {
        const auto next = registry_.next_deadline();
        if (!next && timer_set_) {
            // It would keep the executor's context at work for nothing.
            timer_set_.reset();
            deadline_timer_->cancel();
        }
        if (!next || (timer_set_ && *timer_set_ <= *next)) return;
        timer_set_ = next;
        deadline_timer_->expires_after(time_between(registry_.now(), *next));
        deadline_timer_->async_wait(
            [weak = weak_from_this(), on = async::at_work(executor())](boost::system::error_code error) {
                const auto self = weak.lock();
                if (!self || error) return;
                self->decide([&](Registry::Actions& actions) {
                    self->timer_set_.reset();
                    self->registry_.expire(self->registry_.now(), actions);
                });
            });
    }

    static constexpr std::chrono::milliseconds retry_after{5};

    std::optional<async::Forks::Exposed> exposed_{std::in_place}; // until it is shut down
    const Layout layout_;
    const SchemaInfo& schema_;
    const WriteHazards hazards_;
    const FleetOptions options_;
    async::ContextWatch* watch_;
    async::KeptMemory tick_memory_;
    std::optional<async::TimerThread> timers_{std::in_place}; // until it is shut down
    async::Gate tasks_;
    async::Gate scopes_;
    std::atomic<bool> cancelling_{false};

    std::mutex mutex_; // of all that follows
    RootLock lock_;    // until every database is closed
    Registry registry_;
    std::optional<boost::asio::steady_timer> deadline_timer_;
    std::optional<boost::asio::steady_timer> tick_timer_; // of the timers' thread
    std::optional<Clock::time_point> timer_set_;
    std::optional<boost::asio::steady_timer> awaited_timer_; // for those whose tenant is to be opened
    std::optional<Clock::time_point> awaited_timer_set_;
    std::vector<std::unique_ptr<EndWaiter>> closers_;
    Result<void> close_error_;
    TenantStats closed_; // what was counted in tenants that were closed

    const std::shared_ptr<ReaderBudget> readers_;
    // A tenant is being looked after: one at a time, so that the pool is the others'.
    const std::shared_ptr<std::atomic<bool>> upkeep_ = std::make_shared<std::atomic<bool>>(false);
    TenantTemplate template_;
    const Observation observation_;
};

} // namespace tenantry::detail
