#pragma once

#include <tenantry/tenant/detail/sole_reads.hpp>

#include <tenantry/async/detail/inside.hpp>
#include <tenantry/core/detail/saturating_time.hpp>

namespace tenantry::detail {

TENANTRY_DECL void SoleReads::writer_came_back() noexcept
{
    decide([&](Schedule::Actions& actions) { schedule_.end_thread_read(Clock::now(), actions); });
}

TENANTRY_DECL Result<ReadLease> SoleReads::acquire(std::chrono::milliseconds patience)
{
    if (Inside::of(&database_)) return database_.lend_writer_again();
    if (Inside::of(&schedule_))
        return fail(errc::wrong_thread, "a read on the thread that is writing to the same tenant");
    bool has_it = false;
    {
        std::unique_lock lock(mutex_);
        has_it = schedule_.begin_thread_read() || wait(lock, patience);
    }
    if (has_it) return database_.lend_writer(this);
    decide([&](Schedule::Actions& actions) { schedule_.thread_gives_up(Clock::now(), actions); });
    return ReadLease();
}

TENANTRY_DECL bool SoleReads::wait(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds patience)
{
    const auto until = later(Clock::now(), patience);
    const bool runs_turns = runs_turns_();
    for (;;) {
        const auto now = Clock::now();
        if (schedule_.retry_thread_read(runs_turns, now)) return true;
        if (now >= until) return false;
        wait_until(changed_, lock, schedule_.thread_looks_at(runs_turns, until));
    }
}

} // namespace tenantry::detail
