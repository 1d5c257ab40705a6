#pragma once

#include <tenantry/tenant/detail/readers.hpp>

#include <algorithm>

#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/core/detail/thrown.hpp>

namespace tenantry::detail {

TENANTRY_DECL bool ReaderBudget::take() noexcept
{
    if (left_.fetch_sub(1, std::memory_order_relaxed) > 0) return true;
    give_back();
    return false;
}

TENANTRY_DECL Result<Readers::Connection> Readers::try_acquire()
{
    std::unique_lock lock(mutex_);
    return take(lock);
}

TENANTRY_DECL Result<Readers::Connection> Readers::acquire(std::chrono::milliseconds patience)
{
    const auto until = later(std::chrono::steady_clock::now(), patience);
    std::unique_lock lock(mutex_);
    for (;;) {
        auto taken = take(lock);
        if (!taken || *taken) return taken;
        if (wait_until(released_, lock, until) == std::cv_status::timeout) return take(lock);
    }
}

TENANTRY_DECL void Readers::release(Connection connection)
{
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
    released_.notify_one();
}

TENANTRY_DECL bool Readers::available()
{
    const std::lock_guard lock(mutex_);
    return !idle_.empty() || open_ == 0 || (open_ < limit_ && (!budget_ || budget_->any()));
}

TENANTRY_DECL void Readers::count(TenantStats& stats)
{
    const std::lock_guard lock(mutex_);
    stats.readers = open_;
    stats.readers_in_use = open_ - idle_.size();
    // Nobody uses those that are here.
    for (const auto& reader : idle_) stats.memory += reader->memory_use();
}

TENANTRY_DECL void Readers::close()
{
    for (;;) {
        Connection closing;
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) return;
        closing = std::move(idle_.back());
        idle_.pop_back(); // and keeps its room
        --open_;
        give_back_budget();
    }
}

TENANTRY_DECL Result<Readers::Connection> Readers::take(std::unique_lock<std::mutex>& lock)
{
    if (!idle_.empty()) {
        // The one used last: its page cache is the warmest.
        Connection connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
    }
    if (open_ >= limit_) return Connection();
    // The first one is every tenant's own: a thread that waits for a reader waits for one of the same tenant's.
    if (open_ > 0 && budget_) {
        if (!budget_->take()) return Connection();
        ++from_budget_;
    }
    ++open_;
    auto ready = tenantry::detail::caught("opening a reader", [&]() -> Result<void> {
        if (idle_.capacity() < open_) idle_.reserve(2 * open_); // so that it can come back
        return {};
    });
    lock.unlock();
    auto opened = ready ? tenantry::detail::caught("opening a reader", [&] { return open(); })
                        : fail(std::move(ready).error());
    lock.lock();
    if (opened) return opened;
    --open_;
    give_back_budget();
    released_.notify_one(); // a thread that waits may try in its place
    return fail(std::move(opened).error());
}

TENANTRY_DECL void Readers::give_back_budget() noexcept
{
    for (; from_budget_ > 0 && from_budget_ >= open_; --from_budget_) budget_->give_back();
}

TENANTRY_DECL sqlite::Profile Readers::patient(sqlite::Profile profile)
{
    constexpr std::chrono::milliseconds a_moment{500};
    profile.busy_timeout = std::max(profile.busy_timeout, a_moment);
    return profile;
}

TENANTRY_DECL Result<Readers::Connection> Readers::open() const
{
    // Another tenant's database may lie there now: its rows are not to be read under this one's name. And another file
    // is not to be opened beside the one that is open: see OpenName.
    const auto replaced = [&] { return file_identity(database_) != file_; };
    const auto gone = [&] {
        return fail(errc::tenant_gone, "'" + database_.string() + "' was removed or replaced");
    };
    if (replaced()) return gone();
    auto opened = sqlite::Connection::open(database_, sqlite::OpenMode::read_only, profile_);
    if (!opened) return fail(std::move(opened).error());
    const auto moved = opened->file_moved();
    if (!moved || *moved || replaced()) return gone();
    opened->set_incarnation(incarnation_);
    observation_.begin(*opened, tenant_);
    return Connection(new sqlite::Connection(std::move(*opened)));
}

} // namespace tenantry::detail
