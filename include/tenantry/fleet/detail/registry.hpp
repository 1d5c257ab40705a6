// Which tenants are open, which requests wait for one, and what must be done next. No threads, no clocks, no files: the
// fleet calls it under its lock and carries out, without the lock, what it returns.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
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
        closing,    ///< a thread closes its files; a request that comes meanwhile has it opened again
        draining,   ///< to be destroyed: waits for its operations, and closes
        destroying, ///< its files are being taken away
        lost,       ///< its files were taken away by another process: waits for its operations, and closes
    };

    using TimePoint = LeaseRequest::TimePoint;
    using List = std::list<std::shared_ptr<Entry>>;
    using Deadlines = std::multimap<TimePoint, Entry*>;

    explicit Entry(TenantId the_id);

    /// A caller that waits for the end of a tenant. Destroyed unanswered there was no memory for it.
    class Destroyer {
    public:
        virtual ~Destroyer() = default;
        virtual void destroyed(Result<void> result) = 0;
        [[nodiscard]] virtual bool cancelled() const noexcept { return false; }
    };

    /// A caller that makes a tenant. Dropped uncalled where that is not to be.
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
    List spare{1};             // its place in whichever list it is put next; empty while it is in one
    List* listed_in = nullptr; // the list that it is in
    List::iterator place{};    // and where
    Deadlines::node_type spare_deadline; // the same among those for which somebody waits until then
    std::optional<Deadlines::iterator>
        deadline; // its place there: when the first request for it, which waits for room, gives up
    TimePoint idle_since{};
    bool trimmed = false;                 // since it is idle
    bool looked_after = false;            // since it is idle
    std::optional<TimePoint> upkeep_at{}; // when it was last, since it was opened
    bool drained = false;                 // its handles were told that it is destroyed
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
        Iterator put(Iterator at, EntryPtr entry) noexcept;
        Iterator push_back(EntryPtr entry) noexcept { return put(end(), std::move(entry)); }

        [[nodiscard]] EntryPtr take(Iterator at) noexcept;
        [[nodiscard]] EntryPtr take_front() noexcept { return take(begin()); }

        /// False: it was not there.
        bool remove(const Entry& entry) noexcept;

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

        /// Answers the callers that waited, but for leases. What they do may come back to the registry: call it without the lock.
        void answer();
    };

    explicit Registry(std::size_t max_open) noexcept : max_open_(std::max<std::size_t>(max_open, 1)) {}

    /// What it is at the next calls.
    void set_time(TimePoint now) noexcept { now_ = now; }
    [[nodiscard]] TimePoint now() const noexcept { return now_; }

    /// A caller requests a lease; its limits have begun. Where this throws the request was refused.
    void acquire(const TenantId& id, LeaseRequest request, Actions& actions);

    /// A lease has ended.
    void release(const EntryPtr& entry, Actions& actions);

    void opened(const EntryPtr& entry, std::shared_ptr<Tenant> tenant, Actions& actions);
    void open_failed(const EntryPtr& entry, const Error& error, Actions& actions);
    void closed(const EntryPtr& entry, Actions& actions);

    /// Somebody wants the tenant destroyed, open or not.
    void destroy(const TenantId& id, Destroyer destroyer, Actions& actions);

    /// The tenant's files have been taken away, or could not be. `done` tells the destroyer later what came
    /// of it.
    [[nodiscard]] Destroyer destroyed(const EntryPtr& entry, Actions& actions);

    /// A lease of the tenant was granted, and not given to the caller: its files are lost.
    void uncount_hit() noexcept { --counts_.hits; }

    /// The tenant's files are gone or are another tenant's now. The next request is given the new one. This one is closed as
    /// soon as its operations have ended, whatever handles of it there still are: the new one cannot be opened before.
    void lost(const EntryPtr& entry, Actions& actions);

    /// Whether one of that name that was lost is still to be closed.
    [[nodiscard]] bool is_leaving(const TenantId& id) const;

    /// Closes the tenants that nobody has used since then.
    void close_idle(TimePoint since, Actions& actions);

    /// The tenants that nobody has used since then, each told once.
    [[nodiscard]] std::vector<EntryPtr> trim_idle(TimePoint since);

    /// A tenant that nobody has used since then and that was not looked after since nor `every` so long: the one that is
    /// unused for the longest time. Nullptr: there is none.
    [[nodiscard]] EntryPtr next_for_upkeep(TimePoint since, std::chrono::milliseconds every);

    /// It could not be begun: it is tried again the next time.
    static void put_off_upkeep(Entry& entry) noexcept;

    /// Refuses requests that have waited for room for too long.
    void expire(TimePoint now, Actions& actions);

    /// A thread is about to open its files: from now on the deadline of a request does not count, but its limits do.
    static void begin_opening(Entry& entry) noexcept { entry.begun = true; }

    /// When it is to be looked who has waited for too long for a tenant that is to be opened, or closed and opened again.
    [[nodiscard]] std::optional<TimePoint> awaited_until() const noexcept { return awaited_until_; }

    /// Refuses those for whom no thread has begun that by now, and those whose limits have passed.
    void expire_awaited(TimePoint now, Actions& actions);

    /// Closing the entry's tenant was to be begun, and could not be.
    static void put_off_closing(Entry& entry) noexcept { entry.unclosed = true; }

    /// What was put off is to be begun again.
    void close_again(Actions& actions) noexcept;

    /// Refuses requests that were cancelled.
    void sweep_cancelled(Actions& actions);

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

    /// When the first request that waits for room gives up.
    [[nodiscard]] std::optional<TimePoint> next_deadline() const noexcept;

    /// No leases from now on; requests that wait for room are refused.
    void close(Actions& actions);

    /// Drains every tenant that is open, and every one that will be.
    void drain_all(Actions& actions);

    /// Requests a new tenant. What is on disk decides whether there is one already; but while the files of one of that
    /// name are being removed the request waits, so that the new files are not taken for the old ones. (Not before: one that
    /// is to be destroyed is there as long as it is used, by a caller who may be waiting for this.)
    /// Where it throws nothing has happened.
    void create(const TenantId& id, Creator&& creator, Actions& actions);

    /// A creator that was begun has made its tenant, or could not. Before its caller is answered.
    void created(const TenantId& id, Actions& actions);

    /// A creator that was counted has been answered.
    void end_creating() noexcept { --creating_; }

    /// Forgets an entry, whose tenant is to be closed then; requests that wait for it are refused. Nullptr: there is none any more. Only
    /// when closed.
    [[nodiscard]] EntryPtr forget_one(Actions& actions) noexcept;

    /// Nothing is open, being made, opened, closed or destroyed, and nothing will be.
    [[nodiscard]] bool is_finished() const noexcept
    {
        return draining_ && entries_.empty() && occupied_ == 0 && creating_ == 0;
    }

    /// The tenant's entry, or nullptr.
    [[nodiscard]] EntryPtr find(const TenantId& id) const;

    [[nodiscard]] bool is_closed() const noexcept { return closed_; }

    /// What there is to say of it now.
    [[nodiscard]] FleetStats stats() const;

    /// Every tenant that has an entry, or had one and is lost.
    [[nodiscard]] std::vector<EntryPtr> entries() const;

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
                                     std::string_view after) noexcept;

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

    static Error no_such_tenant(const TenantId& id) noexcept;

    // It may be that no thread gets to opening it in time.
    void await(TimePoint until) noexcept;

    // A request waits for the entry, and for room until then.
    void expect(Entry& entry, TimePoint deadline) noexcept;

    // No deadline runs while the request waits for room.
    void expect_nobody(Entry& entry) noexcept;

    void expect_those_who_wait(Entry& entry) noexcept;
    [[nodiscard]] static Error not_opened_error(const Entry& entry) noexcept;
    [[nodiscard]] Error no_room_error(const Entry& entry, const LeaseRequest& request) const;
    [[nodiscard]] static Error limit_error(const TenantId& id, std::string_view while_what) noexcept;

    // A request that there is no memory to answer is destroyed, and says so.
    void grant(const EntryPtr& entry, LeaseRequest request, Actions& actions) noexcept;

    static void refuse(LeaseRequest request, Error error, Actions& actions) noexcept;
    static void refuse(Destroyer destroyer, Error error, Actions& actions) noexcept;

    [[nodiscard]] static std::vector<LeaseRequest> take_waiters(Entry& entry) noexcept
    {
        return std::exchange(entry.waiters, {});
    }

    // True: there were some.
    static bool drop_answered(Entry& entry) noexcept;

    static void refuse_waiters(Entry& entry, const Error& error, Actions& actions) noexcept
    {
        for (auto& request : take_waiters(entry)) refuse(std::move(request), error, actions);
    }

    // Refuses those requests for a tenant that waits for room which are meant. Where none is left it leaves the table; where
    // only background requests are left it waits with those. False: none was meant.
    template <class Meant, class Why>
    bool refuse_queued(const EntryPtr& entry, Actions& actions, Meant meant, Why why)
    {
        const auto reason = [&](const LeaseRequest& request) noexcept {
            try {
                return why(*entry, request);
            } catch (...) {
                return Error(errc::out_of_memory);
            }
        };
        for (auto& request : entry->waiters)
            if (meant(request)) {
                Error error = reason(request);
                refuse(std::move(request), std::move(error), actions);
            }
        if (!drop_answered(*entry)) return false;
        if (entry->waiters.empty()) {
            leave_queue(*entry);
            entries_.erase(entry->id.view());
        } else if (!entry->background_only && is_for_background(*entry)) {
            leave_queue(*entry);
            enqueue(entry);
        } else {
            expect_those_who_wait(*entry);
        }
        return true;
    }

    // It waits for room no more.
    void leave_queue(Entry& entry) noexcept;

    [[nodiscard]] static bool is_for_background(const Entry& entry) noexcept;

    // A request waits for it, and for room.
    void enqueue(const EntryPtr& entry) noexcept;

    // Live traffic wants it: it does not wait in the background any more.
    void promote(const EntryPtr& entry);

    // Background requests wait for each other. One that has done so until its deadline is given the place of a tenant
    // that idles, if there is one: it is the next to get it, and so may wait until it does.
    void admit_late_background(TimePoint now);

    // Nobody holds it any more.
    void rest(const EntryPtr& entry, Actions& actions);

    void close_idle_one(EntryPtr entry, CloseReason why, Actions& actions);
    void unlist(Entry& entry);
    void leave_place(const Entry& entry) noexcept;
    void drain(const EntryPtr& entry, Actions& actions);

    // Where a tenant of that name is just being made, once that has ended.
    void destroy_files(const EntryPtr& entry, Actions& actions);

    // Those who have waited for that. Where there is no memory for it they are dropped.
    void begin(std::vector<Creator>& creators, const TenantId& id, Actions& actions) noexcept;

    // Opens the tenants that wait for room while there is some, and evicts idle ones to make room. Live traffic comes first.
    // For those in the background one tenant at most that idles is closed, where they have no place at all; else they use
    // the places they have one after the other.
    void balance(Actions& actions);

    static constexpr TimePoint no_deadline = TimePoint::max();

    const std::size_t max_open_;
    Table entries_;
    List idle_;                  // the one unused for the longest time first
    List queue_;                 // those that wait for room
    List background_;            // and those that are wanted in the background only
    Entry::Deadlines deadlines_; // of both, where the time of a request runs
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

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/registry.ipp>
#endif
