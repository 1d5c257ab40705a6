// Many tenants, without the user's types: the registry's decisions carried out on an executor.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
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
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/detail/layout.hpp>
#include <tenantry/fleet/detail/port.hpp>
#include <tenantry/fleet/detail/refusals.hpp>
#include <tenantry/fleet/detail/registry.hpp>
#include <tenantry/fleet/detail/root_lock.hpp>
#include <tenantry/fleet/options.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/tenant/detail/held_lock.hpp>
#include <tenantry/tenant/detail/lease.hpp>
#include <tenantry/tenant/detail/observation.hpp>
#include <tenantry/tenant/detail/template.hpp>
#include <tenantry/tenant/detail/tenant.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// Shared by the Fleet, its leases and what is posted; it does nothing on its own any more once it was shut down.
class FleetCore final : public FleetPort,
                        public ContextClient,
                        public std::enable_shared_from_this<FleetCore> {
    using Clock = std::chrono::steady_clock;

public:
    FleetCore(Layout layout, RootLock lock, const SchemaInfo& schema, const FleetOptions& options,
              boost::asio::any_io_executor executor);

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
    [[nodiscard]] std::optional<Migrated> opening(const TenantId& id);

    [[nodiscard]] TimeSource clock() const noexcept override { return options_.clock; }
    [[nodiscard]] FleetStats stats() override;
    [[nodiscard]] Result<std::vector<TenantId>> tenants() const override;
    [[nodiscard]] std::filesystem::path directory(const TenantId& id) const override
    {
        return layout_.directory(id);
    }

    void acquire(const TenantId& id, LeaseRequest request) override;

    /// Makes the database of a new tenant of this incarnation, in one file that nobody has open afterwards.
    using MakeDatabase = std::function<Result<void>(const std::filesystem::path&, std::uint64_t incarnation)>;

    void create(const TenantId& id, std::unique_ptr<EndWaiter> waiter) override
    {
        create_by(id, std::move(waiter), {});
    }

    /// As `create`, of the database that `make` makes; empty: one of the schema.
    void create_by(const TenantId& id, std::unique_ptr<EndWaiter> waiter, MakeDatabase&& make);

    void destroy(const TenantId& id, std::unique_ptr<EndWaiter> waiter) override;

    /// Runs `task` on the executor, unless the fleet was shut down before: then `task` is destroyed uncalled. It answers
    /// those who wait for it, also where something throws: nothing of that may leave it. Throws what the executor does, and
    /// the task is destroyed uncalled.
    template <class Task>
    void spawn(Task task)
    {
        const GatePass alive(&executor_gate());
        if (!alive) return;
        boost::asio::post(executor(), [self = shared_from_this(), task = std::move(task)]() mutable {
            const GatePass is_open(&self->tasks_);
            if (!is_open) return;
            const Inside inside(context_of(self->executor()));
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

    [[nodiscard]] Result<void> may_wait() override;
    [[nodiscard]] Result<const void*> may_wait_for_destruction(const TenantId& id) override;
    [[nodiscard]] Result<void> may_wait_for_close() override;
    [[nodiscard]] Result<void> enter_scope() override;
    void leave_scope() override;
    void wake(boost::asio::cancellation_type) noexcept override;
    void close(Shutdown how, const Limits& limits, std::unique_ptr<EndWaiter> waiter) override;
    void shut_down() noexcept override;
    void context_gone() noexcept override;

private:
    using EntryPtr = std::shared_ptr<Entry>;

    // Triggers that keep full-text tables in step run only where the schema is trusted. A sole owner has one connection
    // to each tenant.
    [[nodiscard]] static FleetOptions suited_to(const SchemaInfo& schema, FleetOptions options);

    [[nodiscard]] static Result<void> inside_of_reading(const TenantId& id);

    // --- who waits ------------------------------------------------------------------------------------------------

    // Tells the fleet when it ends.
    class GrantedLease final : public Lease {
    public:
        GrantedLease(std::shared_ptr<FleetCore> core, EntryPtr entry, const Limits& limits) noexcept
            : Lease(entry->tenant, limits), core_(std::move(core)), entry_(std::move(entry))
        {}
        ~GrantedLease() override;

        [[nodiscard]] Gate* executor_gate() const noexcept override { return &core_->executor_gate(); }

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

        void destroyed(Result<void> result) override;
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
        ~Creation() override;

        void begin(std::unique_ptr<Creator> self) override;

        void fail_with(std::exception_ptr thrown) noexcept
        {
            end(fail(failed_to("creating a tenant", std::move(thrown))));
        }

    private:
        [[nodiscard]] Result<void> make() noexcept;

        void end(Result<void> result) noexcept;

        std::shared_ptr<FleetCore> core_;
        TenantId id_;
        MakeDatabase make_database_;
        std::unique_ptr<EndWaiter> waiter_;
    };

    // Returned is the request that was granted a lease at once, since the tenant is open; one that waits is answered later.
    [[nodiscard]] std::optional<std::pair<LeaseRequest, EntryPtr>> request_lease(
        const TenantId& id, LeaseRequest request) noexcept;

    void grant(LeaseRequest request, const EntryPtr& entry) noexcept;
    void release(const EntryPtr& entry);

    // Why it cannot be opened, where that is known and has not changed.
    [[nodiscard]] std::optional<Error> known_refusal(const TenantId& id);

    [[nodiscard]] Result<void> create_files(const TenantId& id, const MakeDatabase& make);

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
        timer.async_wait([self = shared_from_this(), on = at_work(executor()),
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

    [[nodiscard]] static std::size_t max_open(const FleetOptions& options) noexcept;

    // --- what is done now and then --------------------------------------------------------------------------------

    // Often enough for the shortest of the times that are waited for.
    [[nodiscard]] static std::chrono::milliseconds tick_length(const FleetOptions& options) noexcept;

    // It is no work of the executor's: there is always a next time, also where memory has run out meanwhile.
    void tick_later();

    // In the timers' thread: what takes time is done on the executor.
    void tick();

    [[nodiscard]] static bool is_due(std::optional<Clock::time_point> time, Clock::time_point now) noexcept
    {
        return time && *time <= now;
    }

    // False: it was not begun.
    [[nodiscard]] bool look_after(Tenant& tenant) noexcept;

    // --- opening and closing ----------------------------------------------------------------------------------------

    void start_opening(const EntryPtr& entry) noexcept;
    void open(const EntryPtr& entry, const HeldLock& lock) noexcept;
    void try_to_open(const EntryPtr& entry, HeldLock lock);
    void open_failed(const EntryPtr& entry, Error error) noexcept;
    [[nodiscard]] bool is_wanted(const Entry& entry);
    void open_later(const EntryPtr& entry, const HeldLock& lock);
    void start_closing(const EntryPtr& entry) noexcept;

    // Somebody has to: where the executor does not take it, it is tried again later. `lost`: there is no memory for that.
    template <class Task, class Lost>
    void spawn_surely(Task task, const Lost& lost) noexcept
    {
        const GatePass alive(&executor_gate());
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
    void close_files(const EntryPtr& entry) noexcept;

    [[nodiscard]] CloseReason why_closed(const Entry& entry);

    // Its tenant's numbers are not among those of the closed ones yet.
    [[nodiscard]] static bool is_open(const Entry& entry) noexcept;

    // What is left of a closed tenant's numbers.
    [[nodiscard]] static TenantStats counted_of(Tenant& tenant);

    void start_draining(const EntryPtr& entry) noexcept;
    [[nodiscard]] static Error why_lost(const Tenant& tenant) noexcept;

    // --- destroying -------------------------------------------------------------------------------------------------

    void start_destroying(const EntryPtr& entry) noexcept;
    void destroy_files(const EntryPtr& entry) noexcept;
    [[nodiscard]] bool is_destruction_cancelled(const Entry& entry);

    // `away`: where its files are now.
    void end_destroying(const EntryPtr& entry, Result<std::filesystem::path> away) noexcept;

    [[nodiscard]] static Result<void> removed(const Entry& entry,
                                              Result<std::filesystem::path> away) noexcept;

    // --- closing the fleet ------------------------------------------------------------------------------------------

    void close_tenants();

    // What has not begun to run is answered now.
    void cancel_waiting() noexcept;

    void finish_closing();

    // The first failure of closing a database is what closing the fleet is answered with.
    void note(Result<void> result);

    [[nodiscard]] Result<void> close_result();
    [[nodiscard]] bool registry_closed();

    // --- small things, under the lock -------------------------------------------------------------------------------

    // Whether connections are still open to what was lost under this name. They share locks and the log's index with
    // whatever is opened there in this process.
    [[nodiscard]] bool is_retiring(const TenantId& id);

    // Wakes when the first one who waits for room gives up.
    void set_timer() noexcept;

    // A request that waits for a tenant that is being opened has this timer set, and it is left so when that is open: those who come
    // within the same time need it not be set again.
    void set_awaited_timer();

    void set_timer_at_next();

    // While the fleet is drained and has a time for that.
    void set_drain_timer();

    static constexpr std::chrono::milliseconds retry_after{5};

    std::optional<Forks::Exposed> exposed_{std::in_place}; // until it is shut down
    const Layout layout_;
    const SchemaInfo& schema_;
    const FleetOptions options_;
    ContextWatch* watch_;
    KeptMemory tick_memory_;
    std::optional<TimerThread> timers_{std::in_place}; // until it is shut down
    Gate tasks_;
    Gate scopes_;
    std::atomic<bool> cancelling_{false};
    Refusals refusals_;

    std::mutex mutex_; // of all that follows
    RootLock lock_;    // until every database is closed
    Registry registry_;
    std::optional<boost::asio::steady_timer> deadline_timer_;
    std::optional<boost::asio::steady_timer> tick_timer_; // of the timers' thread
    std::optional<Clock::time_point> timer_set_;
    std::optional<boost::asio::steady_timer> awaited_timer_; // for those whose tenant is to be opened
    std::optional<Clock::time_point> awaited_timer_set_;
    std::vector<std::unique_ptr<EndWaiter>> closers_;
    std::optional<Clock::time_point> drained_until_; // then what is left is cancelled
    std::optional<boost::asio::steady_timer> drain_timer_;
    std::optional<Clock::time_point> drain_timer_set_;
    Result<void> close_error_;
    TenantStats closed_; // what was counted in tenants that were closed

    const std::shared_ptr<ReaderBudget> readers_;
    // A tenant is being looked after: one at a time, so that the pool is the others'.
    const std::shared_ptr<std::atomic<bool>> upkeep_ = std::make_shared<std::atomic<bool>>(false);
    TenantTemplate template_;
    const Observation observation_;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/core.ipp>
#endif
