// Which tenants are open, who waits for one, and what must be done next. No threads, no clocks, no files: the
// fleet calls it under its lock and carries out, without the lock, what it returns.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/observer.hpp>
#include <tenantry/fleet/detail/lease_waiter.hpp>
#include <tenantry/fleet/stats.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

class Tenant;

/// A place in the table of tenants.
struct Entry {
    /// A tenant that is closed has no entry.
    enum class Phase {
        waiting,    ///< for room: `max_open` others are open
        opening,    ///< a thread opens its files
        open,       ///< in use, or idle and remembered
        closing,    ///< a thread closes its files; who asks meanwhile gets it opened again
        draining,   ///< to be destroyed: waits for its operations, and closes
        destroying, ///< its files are being taken away
        lost,       ///< its files were taken away by another process: waits for its operations, and closes
    };

    using TimePoint = LeaseRequest::TimePoint;
    using List = std::list<std::shared_ptr<Entry>>;
    using Deadlines = std::multiset<TimePoint>;

    explicit Entry(TenantId the_id) : id(std::move(the_id))
    {
        Deadlines made{TimePoint{}};
        spare_deadline = made.extract(made.begin());
    }

    /// Somebody who waits for the end of a tenant. Destroyed unanswered there was no memory for it.
    class Destroyer {
    public:
        virtual ~Destroyer() = default;
        virtual void destroyed(Result<void> result) = 0;
        [[nodiscard]] virtual bool cancelled() const noexcept { return false; }
    };

    /// Somebody who makes a tenant. Dropped uncalled where that is not to be.
    class Creator {
    public:
        virtual ~Creator() = default;
        virtual void begin(std::unique_ptr<Creator> self) = 0;
        bool counted = false; ///< closing the fleet waits for it
        bool begun = false;   ///< destroying a tenant of that name waits for it
    };

    const TenantId id;
    Phase phase = Phase::waiting;
    std::shared_ptr<Tenant> tenant; // from open to closed
    std::size_t leases = 0;
    std::vector<LeaseRequest> waiters;
    std::unique_ptr<Destroyer> destroyer;
    std::vector<std::unique_ptr<Creator>> creators; // of the next one of that name
    std::optional<List::iterator> idle;             // its place among the idle ones
    List spare{1}; // its place in whichever list it is put next; empty while it is in one
    Deadlines::node_type spare_deadline; // the same among those for which somebody waits until then
    std::optional<Deadlines::iterator>
        deadline; // its place there: when the first who waits for it, and for room, gives up
    TimePoint idle_since{};
    bool trimmed = false;                 // since it is idle
    bool looked_after = false;            // since it is idle
    std::optional<TimePoint> upkeep_at{}; // when it was last, since it was opened
    bool drained = false;                 // those who hold it were told that it is destroyed
    bool used = false;                    // by live traffic, since it was idle
    bool background_only = false;         // nobody else has wanted it since it was opened
    CloseReason why_closed{};             // where it is closing
    bool begun = false;                   // where it is opening: a thread is at it
    bool unclosed = false;                // closing it was to be begun, and could not be
};

/// The state machine of a fleet. Not thread-safe.
class Registry {
public:
    using EntryPtr = std::shared_ptr<Entry>;
    using Phase = Entry::Phase;
    using Destroyer = std::unique_ptr<Entry::Destroyer>;
    using Creator = std::unique_ptr<Entry::Creator>;
    using TimePoint = Entry::TimePoint;

    /// Entries in an order. One is in one list at a time, in a place that it brings with it: no memory is needed for that.
    class List {
    public:
        using Iterator = Entry::List::iterator;

        List() = default;
        List(const List&) = delete;
        List& operator=(const List&) = delete;
        ~List()
        {
            while (!empty()) (void)take(begin());
        }

        [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
        [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
        [[nodiscard]] Iterator begin() noexcept { return entries_.begin(); }
        [[nodiscard]] Iterator end() noexcept { return entries_.end(); }
        [[nodiscard]] auto begin() const noexcept { return entries_.begin(); }
        [[nodiscard]] auto end() const noexcept { return entries_.end(); }
        [[nodiscard]] const EntryPtr& front() const noexcept { return entries_.front(); }

        /// Before `at`. The entry is in no list. Returned is its place.
        Iterator put(Iterator at, EntryPtr entry) noexcept
        {
            const Iterator place = entry->spare.begin();
            entries_.splice(at, entry->spare);
            *place = std::move(entry);
            return place;
        }
        Iterator push_back(EntryPtr entry) noexcept { return put(end(), std::move(entry)); }

        [[nodiscard]] EntryPtr take(Iterator at) noexcept
        {
            EntryPtr entry = std::move(*at);
            entry->spare.splice(entry->spare.begin(), entries_, at);
            return entry;
        }
        [[nodiscard]] EntryPtr take_front() noexcept { return take(begin()); }

        /// False: it was not there.
        bool remove(const EntryPtr& entry) noexcept
        {
            const Iterator at = std::find(begin(), end(), entry);
            if (at == end()) return false;
            (void)take(at);
            return true;
        }

    private:
        Entry::List entries_;
    };

    /// What is to be done after a call, without the lock.
    struct Actions {
        List open;    ///< open its files, then say `opened` or `open_failed`
        List close;   ///< nobody uses it: close its files, then say `closed`
        List drain;   ///< let nothing in, wait for its operations, close its files, then say `closed`
        List destroy; ///< take its files away, then say `destroyed`
        std::vector<std::pair<LeaseRequest, EntryPtr>> granted; ///< make them a lease
        std::vector<std::pair<LeaseRequest, Error>> refused;
        std::vector<std::pair<Destroyer, Result<void>>> destroyed;
        std::vector<Creator> create;
        std::vector<Creator> dropped; ///< not to be begun

        /// Answers those who waited, but for leases. What they do may come back to the registry: call it without the lock.
        void answer()
        {
            for (auto& [request, error] : refused) request.refuse(std::move(error));
            for (auto& [destroyer, result] : destroyed) destroyer->destroyed(std::move(result));
            for (auto& creator : create) {
                auto& begun = *creator;
                begun.begin(std::move(creator));
            }
        }
    };

    explicit Registry(std::size_t max_open) noexcept : max_open_(std::max<std::size_t>(max_open, 1)) {}

    /// What it is at the next calls.
    void set_time(TimePoint now) noexcept { now_ = now; }
    [[nodiscard]] TimePoint now() const noexcept { return now_; }

    /// A caller requests a lease. Where this throws the request was refused.
    void acquire(const TenantId& id, LeaseRequest request, Actions& actions)
    {
        if (closed_) return refuse(std::move(request), closed_error(), actions);
        const auto at = entries_.find(id.view());
        if (at == entries_.end()) {
            const auto made = std::make_shared<Entry>(id);
            await(request);
            made->waiters.push_back(std::move(request));
            entries_.emplace(made->id.view(), made);
            enqueue(made);
            balance(actions);
            return;
        }
        const EntryPtr& entry = at->second;
        if (entry->destroyer) return refuse(std::move(request), destroyed_error(id), actions);
        if (!request.in_background) promote(entry);
        switch (entry->phase) {
        case Phase::open:
            ++counts_.hits;
            grant(entry, std::move(request), actions);
            break;
        case Phase::waiting:
        case Phase::opening:
        case Phase::closing: {
            await(request);
            const TimePoint deadline = request.deadline;
            entry->waiters.push_back(std::move(request));
            if (entry->phase == Phase::waiting) expect(*entry, deadline);
            break;
        }
        case Phase::draining:
        case Phase::destroying:
        case Phase::lost: refuse(std::move(request), destroyed_error(id), actions); break;
        }
        balance(actions);
    }

    /// A lease has ended.
    void release(const EntryPtr& entry, Actions& actions)
    {
        if (--entry->leases != 0) return;
        if (entry->phase == Phase::open) rest(entry, actions);
        balance(actions);
    }

    void opened(const EntryPtr& entry, std::shared_ptr<Tenant> tenant, Actions& actions)
    {
        ++counts_.opened;
        --opening_;
        entry->tenant = std::move(tenant);
        entry->upkeep_at.reset();
        entry->phase = Phase::open;
        if (closed_) refuse_waiters(*entry, closed_error(), actions);
        for (auto& request : take_waiters(*entry)) grant(entry, std::move(request), actions);
        if (entry->destroyer || draining_)
            drain(entry, actions);
        else if (entry->leases == 0)
            rest(entry, actions);
        balance(actions);
    }

    void open_failed(const EntryPtr& entry, const Error& error, Actions& actions)
    {
        leave_place(*entry);
        --opening_;
        ++counts_.failed_to_open;
        refuse_waiters(*entry, error, actions);
        if (entry->destroyer)
            destroy_files(entry, actions); // what cannot be opened can still be removed
        else
            entries_.erase(entry->id.view());
        balance(actions);
    }

    void closed(const EntryPtr& entry, Actions& actions)
    {
        leave_place(*entry);
        if (entry->phase == Phase::closing) --closing_;
        // Who was granted a lease reads it without the lock.
        if (entry->leases == 0) entry->tenant.reset();
        if (std::erase(lost_, entry) != 0) {
            // The table has forgotten it already.
        } else if (entry->destroyer) {
            refuse_waiters(*entry, destroyed_error(entry->id), actions);
            destroy_files(entry, actions);
        } else if (!entry->waiters.empty() && !closed_) {
            entry->phase = Phase::waiting;
            enqueue(entry);
        } else {
            refuse_waiters(*entry, closed_error(), actions);
            entries_.erase(entry->id.view());
        }
        balance(actions);
    }

    /// Somebody wants the tenant destroyed, open or not.
    void destroy(const TenantId& id, Destroyer destroyer, Actions& actions)
    {
        if (closed_) return refuse(std::move(destroyer), closed_error(), actions);
        EntryPtr entry = find(id);
        if (entry == nullptr) {
            entry = std::make_shared<Entry>(id);
            entries_.emplace(entry->id.view(), entry);
        }
        if (entry->destroyer || entry->phase == Phase::destroying)
            return refuse(std::move(destroyer), no_such_tenant(id), actions);
        entry->destroyer = std::move(destroyer);
        switch (entry->phase) {
        case Phase::waiting:
            (void)(queue_.remove(entry) || background_.remove(entry));
            expect_nobody(*entry);
            refuse_waiters(*entry, destroyed_error(id), actions);
            destroy_files(entry, actions);
            break;
        case Phase::open: drain(entry, actions); break;
        default: break; // after it has opened, or closed
        }
    }

    /// The tenant's files have been taken away, or could not be. `done` tells the destroyer later what came
    /// of it.
    [[nodiscard]] Destroyer destroyed(const EntryPtr& entry, Actions& actions)
    {
        Destroyer destroyer = std::move(entry->destroyer);
        begin(entry->creators, entry->id, actions);
        entries_.erase(entry->id.view());
        balance(actions);
        return destroyer;
    }

    /// The tenant's files are gone or are another tenant's now. Who asks for it is given the new one. This one is closed as
    /// soon as its operations have ended, whoever still holds it: the new one cannot be opened before.
    void lost(const EntryPtr& entry, Actions& actions)
    {
        if (entry->phase != Phase::open || entry->destroyer) return;
        lost_.push_back(entry);
        entries_.erase(entry->id.view());
        unlist(*entry);
        entry->phase = Phase::lost;
        actions.drain.push_back(entry);
        balance(actions);
    }

    /// Whether one of that name that was lost is still to be closed.
    [[nodiscard]] bool is_leaving(const TenantId& id) const
    {
        return std::any_of(lost_.begin(), lost_.end(), [&](const EntryPtr& each) { return each->id == id; });
    }

    /// Closes the tenants that nobody has used since then.
    void close_idle(TimePoint since, Actions& actions)
    {
        while (!idle_.empty() && idle_.front()->idle_since <= since) {
            ++counts_.closed_idle;
            close_idle_one(idle_.front(), CloseReason::idle, actions);
        }
    }

    /// The tenants that nobody has used since then, each told once.
    [[nodiscard]] std::vector<EntryPtr> trim_idle(TimePoint since)
    {
        std::vector<EntryPtr> found;
        for (const auto& entry : idle_) {
            if (entry->idle_since > since) break;
            if (!std::exchange(entry->trimmed, true)) found.push_back(entry);
        }
        return found;
    }

    /// A tenant that nobody has used since then and that was not looked after since nor `every` so long: the one that is
    /// unused for the longest time. Nullptr: there is none.
    [[nodiscard]] EntryPtr next_for_upkeep(TimePoint since, std::chrono::milliseconds every)
    {
        for (const auto& entry : idle_) {
            if (entry->idle_since > since) break;
            if (entry->looked_after || (entry->upkeep_at && now_ < later(*entry->upkeep_at, every))) continue;
            entry->looked_after = true;
            entry->upkeep_at = now_;
            return entry;
        }
        return nullptr;
    }

    /// It could not be begun: it is tried again the next time.
    static void put_off_upkeep(Entry& entry) noexcept
    {
        entry.looked_after = false;
        entry.upkeep_at.reset();
    }

    /// Refuses who has waited for room for too long.
    void expire(TimePoint now, Actions& actions)
    {
        admit_late_background(now);
        refuse_queued(
            actions, [&](const LeaseRequest& request) { return request.deadline <= now; },
            [&](const Entry& entry) {
                return Error(
                           errc::too_many_open,
                           "all " + std::to_string(max_open_) +
                               " tenants that may be open are in use, and stayed so until the deadline: "
                               "let go of handles that are not needed, or raise FleetOptions::max_open (and "
                               "the limit of descriptors) or FleetOptions::open_deadline")
                    .with_tenant(entry.id.view());
            });
        balance(actions);
    }

    /// A thread is about to open its files: what that takes is not ended by a deadline any more.
    static void begin_opening(Entry& entry) noexcept { entry.begun = true; }

    /// When it is to be looked who has waited for too long for a tenant that is to be opened, or closed and opened again.
    [[nodiscard]] std::optional<TimePoint> awaited_until() const noexcept { return awaited_until_; }

    /// Refuses those for whom no thread has begun that by now.
    void expire_awaited(TimePoint now, Actions& actions)
    {
        awaited_until_.reset();
        if (opening_ + closing_ == 0) return;
        for (auto& [id, entry] : entries_) {
            const bool is_opening = entry->phase == Phase::opening && !entry->begun;
            if (!is_opening && entry->phase != Phase::closing) continue;
            for (auto& request : entry->waiters)
                if (request.deadline <= now)
                    refuse(std::move(request), not_opened_error(*entry), actions);
                else
                    await(request);
            drop_answered(*entry);
        }
    }

    /// Closing the entry's tenant was to be begun, and could not be.
    static void put_off_closing(Entry& entry) noexcept { entry.unclosed = true; }

    /// What was put off is to be begun again.
    void close_again(Actions& actions) noexcept
    {
        const auto again = [&](const EntryPtr& entry) {
            if (std::exchange(entry->unclosed, false)) actions.close.push_back(entry);
        };
        for (const auto& [id, entry] : entries_) again(entry);
        for (const auto& entry : lost_) again(entry);
    }

    /// Refuses who has cancelled.
    void sweep_cancelled(Actions& actions)
    {
        refuse_queued(
            actions, [](const LeaseRequest& request) { return request.is_cancelled(); }, cancelled_error);
        // And those whose tenant is being opened or closed, who can be anywhere in the table.
        if (opening_ + closing_ == 0) return;
        for (auto& [id, entry] : entries_) {
            if (entry->phase != Phase::opening && entry->phase != Phase::closing) continue;
            for (auto& request : entry->waiters)
                if (request.is_cancelled()) refuse(std::move(request), cancelled_error(*entry), actions);
            drop_answered(*entry);
            if (entry->destroyer && entry->destroyer->cancelled())
                refuse(std::move(entry->destroyer), cancelled_error(*entry), actions);
        }
    }

    /// Whether somebody waits for the tenant that is being opened.
    [[nodiscard]] static bool is_wanted(const Entry& entry) noexcept
    {
        return !entry.waiters.empty() || entry.destroyer != nullptr;
    }

    /// Whether the tenant's files are not to be taken away after all. Where somebody has heard that it is destroyed, they are.
    [[nodiscard]] static bool is_destruction_cancelled(const Entry& entry) noexcept
    {
        return entry.destroyer != nullptr && !entry.drained && entry.destroyer->cancelled();
    }

    /// When the first one who waits for room gives up.
    [[nodiscard]] std::optional<TimePoint> next_deadline() const noexcept
    {
        if (deadlines_.empty()) return std::nullopt;
        return *deadlines_.begin();
    }

    /// No leases from now on; who waits for room is refused.
    void close(Actions& actions)
    {
        closed_ = true;
        for (auto* queue : {&queue_, &background_})
            while (!queue->empty()) {
                const EntryPtr entry = queue->take_front();
                expect_nobody(*entry);
                refuse_waiters(*entry, closed_error(), actions);
                entries_.erase(entry->id.view());
            }
    }

    /// Drains every tenant that is open, and every one that will be.
    void drain_all(Actions& actions)
    {
        draining_ = true;
        for (const auto& [id, entry] : entries_)
            if (entry->phase == Phase::open) drain(entry, actions);
    }

    /// Requests a new tenant. What is on disk decides whether there is one already; but while the files of one of that
    /// name are being removed the request waits, so that the new files are not taken for the old ones. (Not before: one that
    /// is to be destroyed is there as long as it is used, by a caller who may be waiting for this.)
    /// Where it throws nothing has happened.
    void create(const TenantId& id, Creator&& creator, Actions& actions)
    {
        if (closed_) return actions.dropped.push_back(std::move(creator));
        auto& counted = *creator;
        const auto entry = find(id);
        if (entry != nullptr && entry->phase == Phase::destroying) {
            entry->creators.push_back(std::move(creator));
        } else {
            actions.create.reserve(actions.create.size() + 1);
            ++making_[id.string()];
            creator->begun = true;
            actions.create.push_back(std::move(creator));
        }
        ++creating_;
        counted.counted = true;
    }

    /// A creator that was begun has made its tenant, or could not. Before its caller is answered.
    void created(const TenantId& id, Actions& actions)
    {
        const auto at = making_.find(id.view());
        if (--at->second != 0) return;
        making_.erase(at);
        const auto entry = find(id);
        if (entry != nullptr && entry->phase == Phase::destroying) actions.destroy.push_back(entry);
    }

    /// A creator that was counted has been answered.
    void end_creating() noexcept { --creating_; }

    /// Forgets an entry, whose tenant is to be closed then; who waits for it is refused. Nullptr: there is none any more. Only
    /// when closed.
    [[nodiscard]] EntryPtr forget_one(Actions& actions) noexcept
    {
        EntryPtr entry;
        if (!entries_.empty()) {
            entry = entries_.begin()->second;
            refuse_waiters(*entry, closed_error(), actions);
            if (entry->destroyer) refuse(std::move(entry->destroyer), closed_error(), actions);
            actions.dropped.swap(entry->creators);
            unlist(*entry);
            entries_.erase(entries_.begin());
        } else if (!lost_.empty()) {
            entry = std::move(lost_.back());
            lost_.pop_back();
        }
        return entry;
    }

    /// Nothing is open, being made, opened, closed or destroyed, and nothing will be.
    [[nodiscard]] bool is_finished() const noexcept
    {
        return draining_ && entries_.empty() && occupied_ == 0 && creating_ == 0;
    }

    /// The tenant's entry, or nullptr.
    [[nodiscard]] EntryPtr find(const TenantId& id) const
    {
        const auto at = entries_.find(id.view());
        return at == entries_.end() ? nullptr : at->second;
    }

    [[nodiscard]] bool is_closed() const noexcept { return closed_; }

    /// What there is to say of it now.
    [[nodiscard]] FleetStats stats() const
    {
        FleetStats stats = counts_;
        stats.max_open = max_open_;
        stats.open = occupied_;
        stats.idle = idle_.size();
        for (const auto* queue : {&queue_, &background_})
            for (const auto& entry : *queue) stats.waiting += entry->waiters.size();
        return stats;
    }

    /// Every tenant that has an entry, or had one and is lost.
    [[nodiscard]] std::vector<EntryPtr> entries() const
    {
        std::vector<EntryPtr> all = lost_;
        for (const auto& [id, entry] : entries_) all.push_back(entry);
        return all;
    }

    /// Tenants that are open, being opened or being closed.
    [[nodiscard]] std::size_t occupied() const noexcept { return occupied_; }

    [[nodiscard]] static Error closed_error() noexcept
    {
        return error(errc::fleet_closed, "the fleet was closed", "", "");
    }

private:
    struct NameHash {
        using is_transparent = void;
        [[nodiscard]] std::size_t operator()(std::string_view name) const noexcept
        {
            return std::hash<std::string_view>()(name);
        }
    };

    // The keys are views of the ids in the entries.
    using Table = std::unordered_map<std::string_view, EntryPtr>;

    // Where there is no memory for the words it is said without them.
    [[nodiscard]] static Error error(errc code, std::string_view before, std::string_view name,
                                     std::string_view after) noexcept
    {
        try {
            std::string text(before);
            text.append(name).append(after);
            return Error(code, std::move(text));
        } catch (...) {
            return Error(code);
        }
    }

    static Error cancelled_error(const Entry& entry) noexcept
    {
        return std::move(
            error(errc::cancelled, "cancelled before it was begun", "", "").with_tenant(entry.id.view()));
    }

    static Error destroyed_error(const TenantId& id) noexcept
    {
        return std::move(
            error(errc::tenant_gone, "the tenant is being destroyed", "", "").with_tenant(id.view()));
    }

    static Error no_such_tenant(const TenantId& id) noexcept
    {
        return std::move(error(errc::no_such_tenant, "there is no tenant '", id.view(),
                               "' any more: it is being destroyed")
                             .with_tenant(id.view()));
    }

    // It may be that no thread gets to opening it in time.
    void await(const LeaseRequest& request) noexcept
    {
        if (request.deadline != no_deadline && (!awaited_until_ || request.deadline < *awaited_until_))
            awaited_until_ = request.deadline;
    }

    // Somebody waits for the entry, and for room until then.
    void expect(Entry& entry, TimePoint deadline) noexcept
    {
        if (deadline == no_deadline || (entry.deadline && **entry.deadline <= deadline)) return;
        expect_nobody(entry);
        entry.spare_deadline.value() = deadline;
        entry.deadline = deadlines_.insert(std::move(entry.spare_deadline));
    }

    // No deadline runs while the request waits for room.
    void expect_nobody(Entry& entry) noexcept
    {
        if (const auto place = std::exchange(entry.deadline, std::nullopt))
            entry.spare_deadline = deadlines_.extract(*place);
    }

    void expect_those_who_wait(Entry& entry) noexcept
    {
        expect_nobody(entry);
        auto first = no_deadline;
        for (const auto& request : entry.waiters) first = std::min(first, request.deadline);
        expect(entry, first);
    }

    [[nodiscard]] static Error not_opened_error(const Entry& entry) noexcept
    {
        return std::move(
            Error(
                errc::timeout,
                "no thread of the fleet was free to open the tenant until the deadline: they are busy with other "
                "tenants' work; raise FleetOptions::threads, or FleetOptions::open_deadline")
                .with_tenant(entry.id.view()));
    }

    // Whom there is no memory to answer is destroyed, and says so.
    void grant(const EntryPtr& entry, LeaseRequest request, Actions& actions) noexcept
    {
        const bool in_background = request.in_background;
        try {
            actions.granted.emplace_back(std::move(request), entry);
        } catch (...) {
            return;
        }
        ++entry->leases;
        if (!in_background) entry->used = true;
        unlist(*entry);
    }

    static void refuse(LeaseRequest request, Error error, Actions& actions) noexcept
    {
        try {
            actions.refused.emplace_back(std::move(request), std::move(error));
        } catch (...) { // as above
        }
    }

    static void refuse(Destroyer destroyer, Error error, Actions& actions) noexcept
    {
        try {
            actions.destroyed.emplace_back(std::move(destroyer), fail(std::move(error)));
        } catch (...) { // as above
        }
    }

    [[nodiscard]] static std::vector<LeaseRequest> take_waiters(Entry& entry) noexcept
    {
        return std::exchange(entry.waiters, {});
    }

    // True: there were some.
    static bool drop_answered(Entry& entry) noexcept
    {
        return std::erase_if(entry.waiters, [](const LeaseRequest& request) { return !request; }) != 0;
    }

    static void refuse_waiters(Entry& entry, const Error& error, Actions& actions) noexcept
    {
        for (auto& request : take_waiters(entry)) refuse(std::move(request), error, actions);
    }

    // Those who wait in the queue and are meant; an entry that nobody waits for leaves it.
    template <class Meant, class Why>
    void refuse_queued(Actions& actions, Meant meant, Why why)
    {
        const auto reason = [&](const Entry& entry) noexcept {
            try {
                return why(entry);
            } catch (...) {
                return Error(errc::out_of_memory);
            }
        };
        for (auto* queue : {&queue_, &background_}) {
            for (auto& entry : *queue)
                for (auto& request : entry->waiters)
                    if (meant(request)) refuse(std::move(request), reason(*entry), actions);
            for (auto at = queue->begin(); at != queue->end();) {
                const auto here = at++;
                if (drop_answered(**here)) expect_those_who_wait(**here);
                if ((*here)->waiters.empty()) entries_.erase(queue->take(here)->id.view());
            }
        }
        // Whom live traffic wants no more.
        for (auto at = queue_.begin(); at != queue_.end();) {
            const auto here = at++;
            if (!(*here)->background_only && is_for_background(**here)) enqueue(queue_.take(here));
        }
    }

    [[nodiscard]] static bool is_for_background(const Entry& entry) noexcept
    {
        return std::all_of(entry.waiters.begin(), entry.waiters.end(),
                           [](const LeaseRequest& request) { return request.in_background; });
    }

    // Somebody waits for it, and for room.
    void enqueue(const EntryPtr& entry) noexcept
    {
        entry->background_only = is_for_background(*entry);
        (entry->background_only ? background_ : queue_).push_back(entry);
        expect_those_who_wait(*entry);
    }

    // Live traffic wants it: it does not wait in the background any more.
    void promote(const EntryPtr& entry)
    {
        if (!std::exchange(entry->background_only, false)) return;
        if (entry->phase != Phase::waiting)
            --background_places_;
        else if (background_.remove(entry))
            queue_.push_back(entry);
    }

    // Background requests wait for each other. One that has done so until its deadline is given the place of a tenant
    // that idles, if there is one: it is the next to get it, and so may wait until it does.
    void admit_late_background(TimePoint now)
    {
        const auto late = [now](const LeaseRequest& request) { return request.deadline <= now; };
        for (auto at = background_.begin();
             at != background_.end() && queue_.size() < closing_ + idle_.size();) {
            const EntryPtr entry = *at;
            if (std::none_of(entry->waiters.begin(), entry->waiters.end(), late)) {
                ++at;
                continue;
            }
            for (auto& request : entry->waiters) request.deadline = no_deadline;
            expect_nobody(*entry);
            const auto here = at++;
            queue_.put(queue_.begin(), background_.take(here));
        }
    }

    // Nobody holds it any more.
    void rest(const EntryPtr& entry, Actions& actions)
    {
        if (entry->background_only) return close_idle_one(entry, CloseReason::visited, actions);
        auto place = idle_.end();
        if (std::exchange(entry->used, false))
            entry->idle_since = now_;
        else // what runs in the background makes it no younger
            while (place != idle_.begin() && (*std::prev(place))->idle_since > entry->idle_since) --place;
        entry->idle = idle_.put(place, entry);
        entry->trimmed = entry->looked_after = false;
    }

    void close_idle_one(EntryPtr entry, CloseReason why, Actions& actions)
    {
        entry->why_closed = why;
        unlist(*entry);
        ++closing_;
        entry->phase = Phase::closing;
        actions.close.push_back(std::move(entry));
    }

    void unlist(Entry& entry)
    {
        if (const auto place = std::exchange(entry.idle, std::nullopt)) (void)idle_.take(*place);
    }

    void leave_place(const Entry& entry) noexcept
    {
        --occupied_;
        if (entry.background_only) --background_places_;
    }

    void drain(const EntryPtr& entry, Actions& actions)
    {
        unlist(*entry);
        entry->drained = true;
        entry->phase = Phase::draining;
        actions.drain.push_back(entry);
    }

    // Where a tenant of that name is being made at the moment, once that has ended.
    void destroy_files(const EntryPtr& entry, Actions& actions)
    {
        entry->phase = Phase::destroying;
        if (!making_.contains(entry->id.view())) actions.destroy.push_back(entry);
    }

    // Those who have waited for that. Where there is no memory for it they are dropped.
    void begin(std::vector<Creator>& creators, const TenantId& id, Actions& actions) noexcept
    {
        if (creators.empty()) return;
        try {
            making_[id.string()] += creators.size();
        } catch (...) {
            return actions.dropped.swap(creators);
        }
        for (const auto& creator : creators) creator->begun = true;
        actions.create.swap(creators);
    }

    // Opens the tenants that wait for room while there is some, and evicts idle ones to make room. Live traffic comes first.
    // For those in the background one tenant at most that idles is closed, where they have no place at all; else they use
    // the places they have one after the other.
    void balance(Actions& actions)
    {
        while (occupied_ < max_open_ && !(queue_.empty() && background_.empty())) {
            auto& queue = queue_.empty() ? background_ : queue_;
            EntryPtr entry = queue.take_front();
            expect_nobody(*entry);
            ++occupied_;
            if (entry->background_only) ++background_places_;
            entry->phase = Phase::opening;
            entry->begun = false;
            ++opening_;
            actions.open.push_back(std::move(entry));
        }
        const std::size_t background = background_.empty() || background_places_ != 0 ? 0 : 1;
        while (queue_.size() + background > closing_ && !idle_.empty()) {
            ++counts_.evicted;
            close_idle_one(idle_.front(), CloseReason::evicted, actions);
        }
    }

    static constexpr TimePoint no_deadline = TimePoint::max();

    const std::size_t max_open_;
    Table entries_;
    List idle_;                  // the one unused for the longest time first
    List queue_;                 // those who wait for room
    List background_;            // and those that are wanted in the background only
    Entry::Deadlines deadlines_; // of both, where somebody's time runs
    std::unordered_map<std::string, std::size_t, NameHash, std::equal_to<>> making_;
    std::vector<EntryPtr> lost_; // until they are closed
    std::size_t creating_ = 0;
    std::size_t occupied_ = 0;
    std::size_t opening_ = 0;
    std::size_t closing_ = 0;
    std::size_t background_places_ = 0; // of the occupied ones
    TimePoint now_{};
    std::optional<TimePoint> awaited_until_;
    FleetStats counts_; // only what is counted
    bool closed_ = false;
    bool draining_ = false;
};

} // namespace tenantry::detail
