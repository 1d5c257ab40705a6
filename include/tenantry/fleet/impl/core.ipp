#pragma once

#include <tenantry/fleet/detail/core.hpp>

#include <algorithm>
#include <cstddef>

#include <boost/asio/bind_allocator.hpp>

#include <tenantry/core/descriptors.hpp>
#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/detail/watched_directory.hpp>
#include <tenantry/sqlite/detail/wal_reset_fault.hpp>
#include <tenantry/tenant/detail/directory.hpp>

namespace tenantry::detail {

TENANTRY_DECL FleetCore::FleetCore(Layout layout, RootLock lock, const SchemaInfo& schema,
                                   const FleetOptions& options, boost::asio::any_io_executor executor)
    : FleetPort(std::move(executor)),
      layout_(std::move(layout)),
      schema_(schema),
      options_(suited_to(schema, options)),
      watch_(ContextWatch::of_executor(this->executor())),
      lock_(std::move(lock)),
      registry_(max_open(options)),
      readers_(std::make_shared<ReaderBudget>(options.max_readers != 0 ? options.max_readers
                                                                       : max_open(options) / 2 + 1)),
      template_(schema, options_.tenant),
      observation_(Observation::by(options_.observer))
{
    deadline_timer_.emplace(timers_->executor());
    awaited_timer_.emplace(timers_->executor());
    drain_timer_.emplace(timers_->executor());
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
        observation_.notify([](Observer& by) { by.warning(sqlite::wal_reset_warning()); });
}

TENANTRY_DECL std::optional<Migrated> FleetCore::opening(const TenantId& id)
{
    if (is_forked()) return std::nullopt;
    const std::lock_guard lock(mutex_);
    const auto entry = registry_.find(id);
    if (!entry || entry->phase != Entry::Phase::open) return std::nullopt;
    return entry->tenant->opening();
}

TENANTRY_DECL FleetStats FleetCore::stats()
{
    if (is_forked()) return {};
    FleetStats stats;
    std::vector<std::shared_ptr<Tenant>> open;
    {
        const std::lock_guard lock(mutex_);
        stats = registry_.stats();
        stats.refused = refusals_.told();
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

TENANTRY_DECL Result<std::vector<TenantId>> FleetCore::tenants() const
{
    if (is_forked()) return fail(forked_error());
    return layout_.tenants();
}

TENANTRY_DECL void FleetCore::acquire(const TenantId& id, LeaseRequest request)
{
    if (is_forked()) return request.refuse(forked_error());
    if (request.limits.within) request.limits = request.limits.beginning(now());
    if (auto known = known_refusal(id)) return request.refuse(std::move(*known));
    // Another process may have put another tenant in the place of one that is open: who comes now gets the new one.
    // Looked for without the lock, and with the lease that was granted, so that nobody evicts it meanwhile.
    while (auto open = request_lease(id, std::move(request))) {
        auto& [granted, entry] = *open;
        if (entry->tenant->is_there()) return grant(std::move(granted), entry);
        const auto thrown = try_decide([&](Registry::Actions& actions) {
            registry_.uncount_hit();
            registry_.lost(entry, actions);
        });
        release(entry);
        if (thrown) return granted.refuse(failed_to("opening a tenant", thrown));
        request = std::move(granted);
    }
}

TENANTRY_DECL void FleetCore::create_by(const TenantId& id, std::unique_ptr<EndWaiter> waiter,
                                        MakeDatabase&& make)
{
    if (is_forked()) return waiter->ended(fail(forked_error()));
    if (options_.read_only) return waiter->ended(fail(only_reads_error().with_tenant(id.view())));
    Registry::Creator creation;
    try {
        creation = std::make_unique<Creation>(shared_from_this(), std::move(waiter), id, std::move(make));
    } catch (...) {
        return waiter->ended(fail(failed_to("creating a tenant", std::current_exception())));
    }
    auto& made = static_cast<Creation&>(*creation);
    const auto thrown =
        try_decide([&](Registry::Actions& actions) { registry_.create(id, std::move(creation), actions); });
    if (thrown) made.fail_with(thrown); // it is here still
}

TENANTRY_DECL void FleetCore::destroy(const TenantId& id, std::unique_ptr<EndWaiter> waiter)
{
    if (is_forked()) return waiter->ended(fail(forked_error()));
    if (options_.read_only) return waiter->ended(fail(only_reads_error().with_tenant(id.view())));
    std::unique_ptr<WaitingForEnd> waiting;
    try {
        waiting = std::make_unique<WaitingForEnd>(std::move(waiter));
    } catch (...) {
        return waiter->ended(fail(failed_to("destroying a tenant", std::current_exception())));
    }
    (void)try_decide([&](Registry::Actions& actions) { registry_.destroy(id, std::move(waiting), actions); });
}

TENANTRY_DECL Result<void> FleetCore::may_wait()
{
    if (is_forked()) return fail(forked_error());
    const GatePass alive(&executor_gate());
    if (!alive || !detail::runs_here(executor())) return {};
    return fail(errc::wrong_thread, "a call that blocks, in a thread of the fleet's own pool, which it would "
                                    "wait for: use the asynchronous operation (async_...) there");
}

TENANTRY_DECL Result<const void*> FleetCore::may_wait_for_destruction(const TenantId& id)
{
    if (is_forked()) return fail(forked_error());
    const void* awaited = nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (const auto entry = registry_.find(id)) awaited = entry->tenant.get();
    }
    if (awaited != nullptr && Inside::of(awaited)) return fail(inside_of_reading(id).error());
    if (auto may = may_wait(); !may) return fail(std::move(may).error());
    return awaited;
}

TENANTRY_DECL Result<void> FleetCore::may_wait_for_close()
{
    if (is_forked()) return fail(forked_error());
    if (Inside::of(static_cast<FleetPort*>(this)))
        return fail(errc::wrong_thread,
                    "close() inside of a body of with() would wait for the body: call it after the body");
    {
        const std::lock_guard lock(mutex_);
        for (const auto& entry : registry_.entries())
            if (Inside::of(entry->tenant.get())) return inside_of_reading(entry->id);
    }
    return may_wait();
}

TENANTRY_DECL Result<void> FleetCore::enter_scope()
{
    if (scopes_.enter()) return {};
    return fail(is_forked() ? forked_error() : Registry::closed_error());
}

TENANTRY_DECL void FleetCore::leave_scope()
{
    if (scopes_.leave()) close_tenants();
}

TENANTRY_DECL void FleetCore::wake(boost::asio::cancellation_type) noexcept
{
    // A caller may cancel what was answered already, and with it the executor's life may have ended.
    const GatePass alive(&executor_gate());
    if (!alive) return;
    try {
        boost::asio::post(executor(), [self = shared_from_this()] {
            self->decide([&](Registry::Actions& actions) { self->registry_.sweep_cancelled(actions); });
        });
    } catch (...) { // a cancelled operation is found so when its turn comes
    }
}

TENANTRY_DECL void FleetCore::close(Shutdown how, const Limits& limits, std::unique_ptr<EndWaiter> waiter)
{
    if (is_forked()) return waiter->ended(fail(forked_error()));
    const auto until = limits.beginning(now()).deadline;
    try {
        const std::lock_guard lock(mutex_);
        closers_.push_back(std::move(waiter));
        if (until && *until != Clock::time_point::max()) // which never comes
            drained_until_ = std::min(*until, drained_until_.value_or(*until));
    } catch (...) {
        return waiter->ended(fail(failed_to("closing the fleet", std::current_exception())));
    }
    if (how == Shutdown::cancel) cancelling_ = true;
    decide([&](Registry::Actions& actions) { registry_.close(actions); });
    if (scopes_.shut()) close_tenants();
    if (how == Shutdown::cancel) cancel_waiting();
}

TENANTRY_DECL void FleetCore::shut_down() noexcept
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
        observation_.notify(
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
        drain_timer_.reset();
        lock_.release();
        closers = std::exchange(closers_, {});
    }
    for (auto& closer : closers) closer->ended(close_result());
    timers_.reset(); // with all that was to be done later, which counts as work of the executor's
    if (!executor_gate().shut()) executor_gate().wait_empty();
    if (watch_ != nullptr) std::exchange(watch_, nullptr)->remove(*this);
    exposed_.reset();
}

TENANTRY_DECL void FleetCore::context_gone() noexcept
{
    if (is_forked()) return watch_->remove(*this);
    shut_down();
}

TENANTRY_DECL FleetOptions FleetCore::suited_to(const SchemaInfo& schema, FleetOptions options)
{
    if (schema.needs_trust) options.tenant.profile.trusted_schema = true;
    options.tenant.profile.exclusive = options.sole_owner;
    options.tenant.profile.read_only = options.read_only;
    if (options.read_only) options.tenant.checkpoints.automatic = false;
    return options;
}

TENANTRY_DECL Result<void> FleetCore::inside_of_reading(const TenantId& id)
{
    return fail(Error(errc::wrong_thread, "a call that would wait for the reading it is called from: make it "
                                          "after for_each() or snapshot() has returned")
                    .with_tenant(id.view()));
}

// --- who waits ------------------------------------------------------------------------------------------------------

TENANTRY_DECL FleetCore::GrantedLease::~GrantedLease()
{
    if (core_->is_forked()) {
        // What it has is the parent's: nothing of it is destroyed here.
        const Undestroyed core(std::move(core_));
        const Undestroyed entry(std::move(entry_));
        return;
    }
    core_->release(entry_);
}

TENANTRY_DECL void FleetCore::WaitingForEnd::destroyed(Result<void> result)
{
    if (const auto waiter = std::exchange(waiter_, nullptr)) waiter->ended(std::move(result));
}

TENANTRY_DECL FleetCore::Creation::~Creation()
{
    if (waiter_) end(fail(Registry::closed_error()));
}

TENANTRY_DECL void FleetCore::Creation::begin(std::unique_ptr<Creator> self)
{
    std::shared_ptr<Creator> shared;
    try {
        shared = std::move(self);
        core_->spawn([this, shared] { end(make()); });
    } catch (...) {
        end(fail(not_taken(std::current_exception())));
    }
}

TENANTRY_DECL Result<void> FleetCore::Creation::make() noexcept
{
    try {
        if (waiter_->cancelled()) return fail(errc::cancelled, "cancelled before it was begun");
        return core_->create_files(id_, make_database_);
    } catch (...) {
        return fail(failed_to("creating a tenant", std::current_exception()));
    }
}

TENANTRY_DECL void FleetCore::Creation::end(Result<void> result) noexcept
{
    const auto waiter = std::move(waiter_);
    if (!waiter) return;
    if (begun) core_->decide([&](Registry::Actions& actions) { core_->registry_.created(id_, actions); });
    waiter->ended(std::move(result));
    if (counted) core_->decide([&](Registry::Actions&) { core_->registry_.end_creating(); });
}

TENANTRY_DECL std::optional<std::pair<LeaseRequest, FleetCore::EntryPtr>> FleetCore::request_lease(
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

TENANTRY_DECL void FleetCore::grant(LeaseRequest request, const EntryPtr& entry) noexcept
{
    Limits limits = request.limits;
    // What is done with an open tenant goes by the steady clock.
    if (limits.deadline) limits.deadline = later(Clock::now(), time_between(now(), *limits.deadline));
    LeasePtr lease;
    try {
        lease = std::make_shared<GrantedLease>(shared_from_this(), entry, limits);
    } catch (...) {
        release(entry);
        return request.refuse(failed_to("opening a tenant", std::current_exception()));
    }
    request.grant(std::move(lease));
}

TENANTRY_DECL std::optional<Error> FleetCore::known_refusal(const TenantId& id)
{
    if (!refusals_.any() || registry_closed()) return std::nullopt;
    return refusals_.find(id, layout_.directory(id), now());
}

TENANTRY_DECL void FleetCore::release(const EntryPtr& entry)
{
    decide([&](Registry::Actions& actions) { registry_.release(entry, actions); });
}

TENANTRY_DECL Result<void> FleetCore::create_files(const TenantId& id, const MakeDatabase& make)
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
    observation_.notify([&](Observer& by) { by.tenant_created(id.view(), Clock::now() - begun); });
    return created;
}

TENANTRY_DECL std::size_t FleetCore::max_open(const FleetOptions& options) noexcept
{
    if (options.max_open != 0) return options.max_open;
    return tenants_for(descriptor_limit(), options.sole_owner ? descriptors_of_sole : descriptors_of_tenant);
}

// --- what is done now and then --------------------------------------------------------------------------------------

TENANTRY_DECL std::chrono::milliseconds FleetCore::tick_length(const FleetOptions& options) noexcept
{
    constexpr std::chrono::milliseconds usual{1000};
    constexpr std::chrono::milliseconds shortest{10};
    auto length = usual;
    for (const auto time : {options.trim_idle_after, options.close_idle_after, options.upkeep.idle_after,
                            options.tenant.checkpoints.age})
        if (time.count() > 0) length = std::min(length, time / 2);
    return std::max(length, shortest);
}

TENANTRY_DECL void FleetCore::tick_later()
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

TENANTRY_DECL void FleetCore::tick()
{
    const GatePass alive(&executor_gate());
    if (!alive) return;
    std::vector<std::shared_ptr<Tenant>> trimmed;
    std::vector<std::shared_ptr<Tenant>> open;
    EntryPtr quiet;
    std::shared_ptr<Tenant> quiet_tenant;
    bool drained_too_long = false;
    decide([&](Registry::Actions& actions) { registry_.close_again(actions); });
    decide([&](Registry::Actions& actions) {
        const auto now = registry_.now();
        // Timers have seen to these, unless another clock than theirs is asked.
        if (is_due(registry_.next_deadline(), now)) registry_.expire(now, actions);
        if (is_due(registry_.awaited_until(), now)) registry_.expire_awaited(now, actions);
        drained_too_long = is_due(drained_until_, now);
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
    if (drained_too_long) cancel_waiting();
    if (quiet && !look_after(*quiet_tenant))
        decide([&](Registry::Actions&) { Registry::put_off_upkeep(*quiet); });
    for (const auto& tenant : trimmed) tenant->trim();
    for (const auto& tenant : open) tenant->upkeep();
}

TENANTRY_DECL bool FleetCore::look_after(Tenant& tenant) noexcept
{
    *upkeep_ = true;
    try {
        return tenant.look_after(options_.upkeep, [running = upkeep_] { *running = false; });
    } catch (...) {
        *upkeep_ = false;
        return false;
    }
}

// --- opening and closing --------------------------------------------------------------------------------------------

TENANTRY_DECL void FleetCore::start_opening(const EntryPtr& entry) noexcept
{
    try {
        spawn([this, entry] { open(entry, HeldLock()); });
    } catch (...) {
        open_failed(entry, not_taken(std::current_exception()));
    }
}

TENANTRY_DECL void FleetCore::open(const EntryPtr& entry, const HeldLock& lock) noexcept
{
    decide([&](Registry::Actions&) { Registry::begin_opening(*entry); });
    try {
        try_to_open(entry, lock);
    } catch (...) {
        open_failed(entry, failed_to("opening a tenant", std::current_exception()));
    }
}

TENANTRY_DECL void FleetCore::try_to_open(const EntryPtr& entry, HeldLock lock)
{
    const auto begun = Clock::now();
    const auto begun_by_files = WatchedDirectory::now();
    auto tenant = is_retiring(entry->id)
                      ? fail(errc::busy, "what was lost under this name is still in use in this process")
                      : Tenant::open(entry->id, layout_.directory(entry->id), schema_, options_.tenant,
                                     executor(), *timers_, readers_, observation_, options_.clock);
    if (tenant) {
        refusals_.forget(entry->id);
        observation_.notify([&](Observer& by) {
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
    if (Refusals::is_lasting(error)) {
        error.with_tenant(entry->id.view());
        refusals_.note(entry->id, error, layout_.directory(entry->id), begun_by_files, now());
    }
    open_failed(entry, std::move(error));
}

TENANTRY_DECL void FleetCore::open_failed(const EntryPtr& entry, Error error) noexcept
{
    error.with_tenant(entry->id.view());
    decide([&](Registry::Actions& actions) { registry_.open_failed(entry, error, actions); });
}

TENANTRY_DECL bool FleetCore::is_wanted(const Entry& entry)
{
    const std::lock_guard lock(mutex_);
    return Registry::is_wanted(entry);
}

TENANTRY_DECL void FleetCore::open_later(const EntryPtr& entry, const HeldLock& lock)
{
    spawn_later(
        retry_after, [this, entry, lock] { open(entry, lock); },
        [this, entry] { open_failed(entry, Error(errc::out_of_memory)); });
}

TENANTRY_DECL void FleetCore::start_closing(const EntryPtr& entry) noexcept
{
    spawn_surely([this, entry] { close_files(entry); },
                 [this, entry] { decide([&](Registry::Actions&) { Registry::put_off_closing(*entry); }); });
}

TENANTRY_DECL void FleetCore::close_files(const EntryPtr& entry) noexcept
{
    entry->tenant->shut(errc::tenant_gone, "the tenant was closed", nullptr);
    entry->tenant->wait_idle();
    note(entry->tenant->close());
    const auto why = why_closed(*entry);
    observation_.notify([&](Observer& by) { by.tenant_closed(entry->id.view(), why); });
    const auto counted = counted_of(*entry->tenant);
    decide([&](Registry::Actions& actions) {
        closed_ += counted;
        registry_.closed(entry, actions);
    });
}

TENANTRY_DECL CloseReason FleetCore::why_closed(const Entry& entry)
{
    const std::lock_guard lock(mutex_);
    switch (entry.phase) {
    case Entry::Phase::lost: return CloseReason::gone;
    case Entry::Phase::draining: return entry.destroyer ? CloseReason::destroyed : CloseReason::fleet_closed;
    default: return entry.why_closed;
    }
}

TENANTRY_DECL bool FleetCore::is_open(const Entry& entry) noexcept
{
    using Phase = Entry::Phase;
    return entry.tenant != nullptr && entry.phase != Phase::waiting && entry.phase != Phase::opening &&
           entry.phase != Phase::destroying;
}

TENANTRY_DECL TenantStats FleetCore::counted_of(Tenant& tenant)
{
    TenantStats counted = tenant.stats();
    counted.log_bytes = 0;
    counted.memory = {};
    return counted;
}

TENANTRY_DECL void FleetCore::start_draining(const EntryPtr& entry) noexcept
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

TENANTRY_DECL Error FleetCore::why_lost(const Tenant& tenant) noexcept
{
    try {
        return tenant.lost_error();
    } catch (...) { // without memory for the words it is said without them
        return Error(errc::tenant_gone);
    }
}

// --- destroying -----------------------------------------------------------------------------------------------------

TENANTRY_DECL void FleetCore::start_destroying(const EntryPtr& entry) noexcept
{
    try {
        spawn([this, entry] { destroy_files(entry); });
    } catch (...) {
        end_destroying(entry, fail(not_taken(std::current_exception())));
    }
}

TENANTRY_DECL void FleetCore::destroy_files(const EntryPtr& entry) noexcept
{
    try {
        if (is_destruction_cancelled(*entry))
            return end_destroying(entry, fail(errc::cancelled, "cancelled before it was begun"));
        end_destroying(entry, discard_directory(layout_.directory(entry->id), layout_.trash()));
    } catch (...) {
        end_destroying(entry, fail(failed_to("destroying a tenant", std::current_exception())));
    }
}

TENANTRY_DECL bool FleetCore::is_destruction_cancelled(const Entry& entry)
{
    const std::lock_guard lock(mutex_);
    return Registry::is_destruction_cancelled(entry);
}

TENANTRY_DECL void FleetCore::end_destroying(const EntryPtr& entry,
                                             Result<std::filesystem::path> away) noexcept
{
    if (away) observation_.notify([&](Observer& by) { by.tenant_destroyed(entry->id.view()); });
    std::unique_ptr<Entry::Destroyer> destroyer;
    // The name is free from here on; removing what it stood for may take longer.
    decide([&](Registry::Actions& actions) { destroyer = registry_.destroyed(entry, actions); });
    auto result = removed(*entry, std::move(away));
    if (!result) result.error().with_tenant(entry->id.view());
    if (destroyer) destroyer->destroyed(std::move(result));
}

TENANTRY_DECL Result<void> FleetCore::removed(const Entry& entry, Result<std::filesystem::path> away) noexcept
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

// --- closing the fleet ----------------------------------------------------------------------------------------------

TENANTRY_DECL void FleetCore::close_tenants()
{
    decide([&](Registry::Actions& actions) { registry_.drain_all(actions); });
}

TENANTRY_DECL void FleetCore::cancel_waiting() noexcept
{
    cancelling_ = true;
    close_tenants();
    try {
        std::vector<std::shared_ptr<Tenant>> tenants;
        {
            const std::lock_guard lock(mutex_);
            drained_until_.reset();
            for (const auto& entry : registry_.entries())
                if (entry->tenant) tenants.push_back(entry->tenant);
        }
        for (const auto& tenant : tenants) tenant->refuse_waiting(Registry::closed_error());
    } catch (...) { // without memory for that it is awaited
    }
}

TENANTRY_DECL void FleetCore::finish_closing()
{
    std::vector<std::unique_ptr<EndWaiter>> closers;
    {
        const std::lock_guard lock(mutex_);
        lock_.release(); // every database is closed: others may have the root before the answer is there
        drained_until_.reset();
        if (drain_timer_) drain_timer_->cancel(); // it counts as work of the executor's
        closers = std::exchange(closers_, {});
    }
    for (auto& closer : closers) closer->ended(close_result());
}

TENANTRY_DECL void FleetCore::note(Result<void> result)
{
    if (result) return;
    observation_.notify([&](Observer& by) { by.background_error(BackgroundTask::closing, result.error()); });
    const std::lock_guard lock(mutex_);
    if (close_error_.has_value()) close_error_ = std::move(result);
}

TENANTRY_DECL Result<void> FleetCore::close_result()
{
    const std::lock_guard lock(mutex_);
    return close_error_;
}

TENANTRY_DECL bool FleetCore::registry_closed()
{
    const std::lock_guard lock(mutex_);
    return registry_.is_closed();
}

// --- small things, under the lock -----------------------------------------------------------------------------------

TENANTRY_DECL bool FleetCore::is_retiring(const TenantId& id)
{
    const std::lock_guard lock(mutex_);
    return registry_.is_leaving(id);
}

TENANTRY_DECL void FleetCore::set_timer() noexcept
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
    try {
        if (drain_timer_) set_drain_timer();
    } catch (...) {
        drain_timer_set_.reset(); // the same
    }
}

TENANTRY_DECL void FleetCore::set_awaited_timer()
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

TENANTRY_DECL void FleetCore::set_timer_at_next()
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
        [weak = weak_from_this(), on = at_work(executor())](boost::system::error_code error) {
            const auto self = weak.lock();
            if (!self || error) return;
            self->decide([&](Registry::Actions& actions) {
                self->timer_set_.reset();
                self->registry_.expire(self->registry_.now(), actions);
            });
        });
}

TENANTRY_DECL void FleetCore::set_drain_timer()
{
    if (!drained_until_ || (drain_timer_set_ && *drain_timer_set_ <= *drained_until_)) return;
    drain_timer_set_ = drained_until_;
    drain_timer_->expires_after(time_between(registry_.now(), *drained_until_));
    drain_timer_->async_wait(
        [weak = weak_from_this(), on = at_work(executor())](boost::system::error_code error) {
            const auto self = weak.lock();
            if (!self || error) return;
            bool is_over = false;
            self->decide([&](Registry::Actions&) {
                self->drain_timer_set_.reset();
                is_over = is_due(self->drained_until_, self->registry_.now());
            });
            if (is_over) self->cancel_waiting();
        });
}

} // namespace tenantry::detail
