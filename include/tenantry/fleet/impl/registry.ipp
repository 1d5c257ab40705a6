#pragma once

#include <tenantry/fleet/detail/registry.hpp>

#include <iterator>

#include <tenantry/core/detail/saturating_time.hpp>

namespace tenantry::detail {

TENANTRY_DECL Entry::Entry(TenantId the_id) : id(std::move(the_id))
{
    Deadlines made{{TimePoint{}, this}};
    spare_deadline = made.extract(made.begin());
}

TENANTRY_DECL Registry::List::Iterator Registry::List::put(Iterator at, EntryPtr entry) noexcept
{
    const Iterator place = entry->spare.begin();
    entries_.splice(at, entry->spare);
    entry->listed_in = &entries_;
    entry->place = place;
    *place = std::move(entry);
    return place;
}

TENANTRY_DECL Registry::EntryPtr Registry::List::take(Iterator at) noexcept
{
    EntryPtr entry = std::move(*at);
    entry->spare.splice(entry->spare.begin(), entries_, at);
    entry->listed_in = nullptr;
    return entry;
}

TENANTRY_DECL bool Registry::List::remove(const Entry& entry) noexcept
{
    if (entry.listed_in != &entries_) return false;
    (void)take(entry.place);
    return true;
}

TENANTRY_DECL void Registry::Actions::answer()
{
    for (auto& [request, error] : refused) request.refuse(std::move(error));
    for (auto& [destroyer, result] : destroyed) destroyer->destroyed(std::move(result));
    for (auto& creator : create) {
        auto& begun = *creator;
        begun.begin(std::move(creator));
    }
}

TENANTRY_DECL void Registry::acquire(const TenantId& id, LeaseRequest request, Actions& actions)
{
    if (closed_) return refuse(std::move(request), closed_error(), actions);
    if (request.limits.passed(now_))
        return refuse(std::move(request), limit_error(id, "before the tenant was asked for"), actions);
    const auto at = entries_.find(id.view());
    if (at == entries_.end()) {
        const auto made = std::make_shared<Entry>(id);
        await(request.gives_up_at());
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
        await(request.gives_up_at());
        const TimePoint until = request.gives_up_at();
        entry->waiters.push_back(std::move(request));
        if (entry->phase == Phase::waiting) expect(*entry, until);
        break;
    }
    case Phase::draining:
    case Phase::destroying:
    case Phase::lost: refuse(std::move(request), destroyed_error(id), actions); break;
    }
    balance(actions);
}

TENANTRY_DECL void Registry::release(const EntryPtr& entry, Actions& actions)
{
    if (--entry->leases != 0) return;
    if (entry->phase == Phase::open) rest(entry, actions);
    balance(actions);
}

TENANTRY_DECL void Registry::opened(const EntryPtr& entry, std::shared_ptr<Tenant> tenant, Actions& actions)
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
    else if (entry->leases == 0) {
        entry->used = true; // the request for it has given up, and may come again
        rest(entry, actions);
    }
    balance(actions);
}

TENANTRY_DECL void Registry::open_failed(const EntryPtr& entry, const Error& error, Actions& actions)
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

TENANTRY_DECL void Registry::closed(const EntryPtr& entry, Actions& actions)
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

TENANTRY_DECL void Registry::destroy(const TenantId& id, Destroyer destroyer, Actions& actions)
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
        leave_queue(*entry);
        refuse_waiters(*entry, destroyed_error(id), actions);
        destroy_files(entry, actions);
        break;
    case Phase::open: drain(entry, actions); break;
    default: break; // after it has opened, or closed
    }
}

TENANTRY_DECL Registry::Destroyer Registry::destroyed(const EntryPtr& entry, Actions& actions)
{
    Destroyer destroyer = std::move(entry->destroyer);
    begin(entry->creators, entry->id, actions);
    entries_.erase(entry->id.view());
    balance(actions);
    return destroyer;
}

TENANTRY_DECL void Registry::lost(const EntryPtr& entry, Actions& actions)
{
    if (entry->phase != Phase::open || entry->destroyer) return;
    lost_.push_back(entry);
    entries_.erase(entry->id.view());
    unlist(*entry);
    entry->phase = Phase::lost;
    actions.drain.push_back(entry);
    balance(actions);
}

TENANTRY_DECL bool Registry::is_leaving(const TenantId& id) const
{
    return std::any_of(lost_.begin(), lost_.end(), [&](const EntryPtr& each) { return each->id == id; });
}

TENANTRY_DECL void Registry::close_idle(TimePoint since, Actions& actions)
{
    while (!idle_.empty() && idle_.front()->idle_since <= since) {
        ++counts_.closed_idle;
        close_idle_one(idle_.front(), CloseReason::idle, actions);
    }
}

TENANTRY_DECL std::vector<Registry::EntryPtr> Registry::trim_idle(TimePoint since)
{
    std::vector<EntryPtr> found;
    for (const auto& entry : idle_) {
        if (entry->idle_since > since) break;
        if (!std::exchange(entry->trimmed, true)) found.push_back(entry);
    }
    return found;
}

TENANTRY_DECL Registry::EntryPtr Registry::next_for_upkeep(TimePoint since, std::chrono::milliseconds every)
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

TENANTRY_DECL void Registry::put_off_upkeep(Entry& entry) noexcept
{
    entry.looked_after = false;
    entry.upkeep_at.reset();
}

TENANTRY_DECL void Registry::expire(TimePoint now, Actions& actions)
{
    admit_late_background(now);
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const EntryPtr late = *deadlines_.begin()->second->place;
        const bool refused = refuse_queued(
            late, actions, [&](const LeaseRequest& request) { return request.gives_up_at() <= now; },
            [&](const Entry& entry, const LeaseRequest& request) { return no_room_error(entry, request); });
        if (!refused) expect_those_who_wait(*late);
    }
    balance(actions);
}

TENANTRY_DECL void Registry::expire_awaited(TimePoint now, Actions& actions)
{
    awaited_until_.reset();
    if (opening_ + closing_ == 0) return;
    for (auto& [id, entry] : entries_) {
        if (entry->phase != Phase::opening && entry->phase != Phase::closing) continue;
        const bool is_begun = entry->phase == Phase::opening && entry->begun;
        for (auto& request : entry->waiters) {
            const TimePoint limit = request.limits.last_moment();
            if (limit <= now)
                refuse(std::move(request),
                       limit_error(entry->id, is_begun ? "while the tenant was being opened, which goes on"
                                                       : "before a thread of the fleet was free to open "
                                                         "the tenant"),
                       actions);
            else if (is_begun)
                await(limit);
            else if (request.deadline <= now)
                refuse(std::move(request), not_opened_error(*entry), actions);
            else
                await(request.gives_up_at());
        }
        drop_answered(*entry);
    }
}

TENANTRY_DECL void Registry::close_again(Actions& actions) noexcept
{
    const auto again = [&](const EntryPtr& entry) {
        if (std::exchange(entry->unclosed, false)) actions.close.push_back(entry);
    };
    for (const auto& [id, entry] : entries_) again(entry);
    for (const auto& entry : lost_) again(entry);
}

TENANTRY_DECL void Registry::sweep_cancelled(Actions& actions)
{
    for (auto* queue : {&queue_, &background_})
        for (auto at = queue->begin(); at != queue->end();) {
            const EntryPtr entry = *at++;
            (void)refuse_queued(
                entry, actions, [](const LeaseRequest& request) { return request.is_cancelled(); },
                [](const Entry& of, const LeaseRequest&) { return cancelled_error(of); });
        }
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

TENANTRY_DECL std::optional<Registry::TimePoint> Registry::next_deadline() const noexcept
{
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.begin()->first;
}

TENANTRY_DECL void Registry::close(Actions& actions)
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

TENANTRY_DECL void Registry::drain_all(Actions& actions)
{
    draining_ = true;
    for (const auto& [id, entry] : entries_)
        if (entry->phase == Phase::open) drain(entry, actions);
}

TENANTRY_DECL void Registry::create(const TenantId& id, Creator&& creator, Actions& actions)
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

TENANTRY_DECL void Registry::created(const TenantId& id, Actions& actions)
{
    const auto at = making_.find(id.view());
    if (--at->second != 0) return;
    making_.erase(at);
    const auto entry = find(id);
    if (entry != nullptr && entry->phase == Phase::destroying) actions.destroy.push_back(entry);
}

TENANTRY_DECL Registry::EntryPtr Registry::forget_one(Actions& actions) noexcept
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

TENANTRY_DECL Registry::EntryPtr Registry::find(const TenantId& id) const
{
    const auto at = entries_.find(id.view());
    return at == entries_.end() ? nullptr : at->second;
}

TENANTRY_DECL FleetStats Registry::stats() const
{
    FleetStats stats = counts_;
    stats.max_open = max_open_;
    stats.open = occupied_;
    stats.idle = idle_.size();
    for (const auto* queue : {&queue_, &background_})
        for (const auto& entry : *queue) stats.waiting += entry->waiters.size();
    return stats;
}

TENANTRY_DECL std::vector<Registry::EntryPtr> Registry::entries() const
{
    std::vector<EntryPtr> all = lost_;
    for (const auto& [id, entry] : entries_) all.push_back(entry);
    return all;
}

TENANTRY_DECL Error Registry::error(errc code, std::string_view before, std::string_view name,
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

TENANTRY_DECL Error Registry::no_such_tenant(const TenantId& id) noexcept
{
    return std::move(
        error(errc::no_such_tenant, "there is no tenant '", id.view(), "' any more: it is being destroyed")
            .with_tenant(id.view()));
}

TENANTRY_DECL void Registry::await(TimePoint until) noexcept
{
    if (until != no_deadline && (!awaited_until_ || until < *awaited_until_)) awaited_until_ = until;
}

TENANTRY_DECL void Registry::expect(Entry& entry, TimePoint deadline) noexcept
{
    if (deadline == no_deadline || (entry.deadline && (*entry.deadline)->first <= deadline)) return;
    expect_nobody(entry);
    entry.spare_deadline.key() = deadline;
    entry.deadline = deadlines_.insert(std::move(entry.spare_deadline));
}

TENANTRY_DECL void Registry::expect_nobody(Entry& entry) noexcept
{
    if (const auto place = std::exchange(entry.deadline, std::nullopt))
        entry.spare_deadline = deadlines_.extract(*place);
}

TENANTRY_DECL void Registry::expect_those_who_wait(Entry& entry) noexcept
{
    expect_nobody(entry);
    auto first = no_deadline;
    for (const auto& request : entry.waiters) first = std::min(first, request.gives_up_at());
    expect(entry, first);
}

TENANTRY_DECL Error Registry::not_opened_error(const Entry& entry) noexcept
{
    return std::move(
        Error(
            errc::timeout,
            "no thread of the fleet was free to open the tenant until the deadline: they are busy with other "
            "tenants' work; raise FleetOptions::threads, or FleetOptions::open_deadline")
            .with_tenant(entry.id.view()));
}

TENANTRY_DECL Error Registry::no_room_error(const Entry& entry, const LeaseRequest& request) const
{
    const std::string all = "all " + std::to_string(max_open_) + " tenants that may be open were in use";
    if (request.limits.last_moment() < request.deadline) return limit_error(entry.id, "while " + all);
    return Error(errc::too_many_open,
                 all + " until FleetOptions::open_deadline: let go of handles that are not "
                       "needed, or raise FleetOptions::max_open (and the limit of "
                       "descriptors) or FleetOptions::open_deadline")
        .with_tenant(entry.id.view());
}

TENANTRY_DECL Error Registry::limit_error(const TenantId& id, std::string_view while_what) noexcept
{
    return std::move(
        error(errc::timeout, "the caller's limit has passed ", while_what, "").with_tenant(id.view()));
}

TENANTRY_DECL void Registry::grant(const EntryPtr& entry, LeaseRequest request, Actions& actions) noexcept
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

TENANTRY_DECL void Registry::refuse(LeaseRequest request, Error error, Actions& actions) noexcept
{
    try {
        actions.refused.emplace_back(std::move(request), std::move(error));
    } catch (...) { // as above
    }
}

TENANTRY_DECL void Registry::refuse(Destroyer destroyer, Error error, Actions& actions) noexcept
{
    try {
        actions.destroyed.emplace_back(std::move(destroyer), fail(std::move(error)));
    } catch (...) { // as above
    }
}

TENANTRY_DECL bool Registry::drop_answered(Entry& entry) noexcept
{
    return std::erase_if(entry.waiters, [](const LeaseRequest& request) { return !request; }) != 0;
}

TENANTRY_DECL bool Registry::is_for_background(const Entry& entry) noexcept
{
    return std::all_of(entry.waiters.begin(), entry.waiters.end(),
                       [](const LeaseRequest& request) { return request.in_background; });
}

TENANTRY_DECL void Registry::enqueue(const EntryPtr& entry) noexcept
{
    entry->background_only = is_for_background(*entry);
    (entry->background_only ? background_ : queue_).push_back(entry);
    expect_those_who_wait(*entry);
}

TENANTRY_DECL void Registry::leave_queue(Entry& entry) noexcept
{
    (void)(queue_.remove(entry) || background_.remove(entry));
    expect_nobody(entry);
}

TENANTRY_DECL void Registry::promote(const EntryPtr& entry)
{
    if (!std::exchange(entry->background_only, false)) return;
    if (entry->phase != Phase::waiting)
        --background_places_;
    else if (background_.remove(*entry))
        queue_.push_back(entry);
}

TENANTRY_DECL void Registry::admit_late_background(TimePoint now)
{
    const auto late = [now](const LeaseRequest& request) { return request.deadline <= now; };
    for (auto at = background_.begin(); at != background_.end() && queue_.size() < closing_ + idle_.size();) {
        const EntryPtr entry = *at;
        if (std::none_of(entry->waiters.begin(), entry->waiters.end(), late)) {
            ++at;
            continue;
        }
        for (auto& request : entry->waiters) request.deadline = no_deadline;
        expect_those_who_wait(*entry);
        const auto here = at++;
        queue_.put(queue_.begin(), background_.take(here));
    }
}

TENANTRY_DECL void Registry::rest(const EntryPtr& entry, Actions& actions)
{
    if (entry->background_only) return close_idle_one(entry, CloseReason::visited, actions);
    auto place = idle_.end();
    if (std::exchange(entry->used, false))
        entry->idle_since = now_;
    else // what runs in the background makes it no younger
        while (place != idle_.begin() && (*std::prev(place))->idle_since > entry->idle_since) --place;
    idle_.put(place, entry);
    entry->trimmed = entry->looked_after = false;
}

TENANTRY_DECL void Registry::close_idle_one(EntryPtr entry, CloseReason why, Actions& actions)
{
    entry->why_closed = why;
    unlist(*entry);
    ++closing_;
    entry->phase = Phase::closing;
    actions.close.push_back(std::move(entry));
}

TENANTRY_DECL void Registry::unlist(Entry& entry) { (void)idle_.remove(entry); }

TENANTRY_DECL void Registry::leave_place(const Entry& entry) noexcept
{
    --occupied_;
    if (entry.background_only) --background_places_;
}

TENANTRY_DECL void Registry::drain(const EntryPtr& entry, Actions& actions)
{
    unlist(*entry);
    entry->drained = true;
    entry->phase = Phase::draining;
    actions.drain.push_back(entry);
}

TENANTRY_DECL void Registry::destroy_files(const EntryPtr& entry, Actions& actions)
{
    entry->phase = Phase::destroying;
    if (!making_.contains(entry->id.view())) actions.destroy.push_back(entry);
}

TENANTRY_DECL void Registry::begin(std::vector<Creator>& creators, const TenantId& id,
                                   Actions& actions) noexcept
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

TENANTRY_DECL void Registry::balance(Actions& actions)
{
    while (occupied_ < max_open_ && !(queue_.empty() && background_.empty())) {
        auto& queue = queue_.empty() ? background_ : queue_;
        EntryPtr entry = queue.take_front();
        expect_nobody(*entry);
        ++occupied_;
        if (entry->background_only) ++background_places_;
        entry->phase = Phase::opening;
        entry->begun = false;
        for (const auto& request : entry->waiters) await(request.gives_up_at());
        ++opening_;
        actions.open.push_back(std::move(entry));
    }
    const std::size_t background = background_.empty() || background_places_ != 0 ? 0 : 1;
    while (queue_.size() + background > closing_ && !idle_.empty()) {
        ++counts_.evicted;
        close_idle_one(idle_.front(), CloseReason::evicted, actions);
    }
}

} // namespace tenantry::detail
