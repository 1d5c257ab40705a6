#pragma once

#include <tenantry/async/detail/blocked_inside.hpp>

namespace tenantry::detail {

TENANTRY_DECL BlockedInside::BlockedInside(const void* what) : what_(what)
{
    if (what == nullptr || !Inside::of_awaited()) return;
    inside_ = Inside::here();
    Waiting& waiting = all();
    const std::lock_guard lock(waiting.mutex);
    for_itself_ = leads_back(waiting);
    if (for_itself_) return;
    waiting.threads.push_back(this);
    listed_ = true;
}

TENANTRY_DECL BlockedInside::~BlockedInside()
{
    if (!listed_) return;
    Waiting& waiting = all();
    const std::lock_guard lock(waiting.mutex);
    std::erase(waiting.threads, this);
}

TENANTRY_DECL void BlockedInside::waits(bool on) noexcept
{
    if (listed_) waits_.store(on, std::memory_order_release);
}

TENANTRY_DECL BlockedInside::Waiting& BlockedInside::all()
{
    static Waiting waiting;
    return waiting;
}

TENANTRY_DECL bool BlockedInside::leads_back(const Waiting& waiting) const
{
    std::vector<const void*> awaited{what_};
    for (std::size_t n = 0; n < awaited.size(); ++n)
        for (const BlockedInside* const other : waiting.threads) {
            if (!other->waits_.load(std::memory_order_acquire)) continue;
            if (!Inside::is_among(other->inside_, awaited[n])) continue;
            if (Inside::is_among(inside_, other->what_)) return true;
            if (std::find(awaited.begin(), awaited.end(), other->what_) == awaited.end())
                awaited.push_back(other->what_);
        }
    return false;
}

} // namespace tenantry::detail
