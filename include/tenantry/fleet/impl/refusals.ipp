#pragma once

#include <tenantry/fleet/detail/refusals.hpp>

#include <algorithm>
#include <utility>

#include <tenantry/core/detail/saturating_time.hpp>
#include <tenantry/tenant/detail/directory.hpp>
#include <tenantry/tenant/detail/open_name.hpp>

namespace tenantry::detail {

TENANTRY_DECL Refusals::File::File(const std::filesystem::path& path) noexcept
{
    const FoundFile found = find_file(path.c_str());
    if (!found.identity) return;
    identity = *found.identity;
    size = found.size;
    changed = found.changed;
}

TENANTRY_DECL Refusals::Files::Files(const std::filesystem::path& directory)
    : database(directory / database_file),
      log(log_of(directory / database_file)),
      state(directory / state_file)
{
    if (log.size == 0) log = File("");
}

TENANTRY_DECL bool Refusals::Files::are_settled(LastChange::Time begun) const noexcept
{
    const auto is_settled = [begun](const File& file) { return LastChange::is_settled(file.changed, begun); };
    return database.is_there() && state.is_there() && is_settled(database) && is_settled(state) &&
           (!log.is_there() || is_settled(log));
}

TENANTRY_DECL bool Refusals::is_lasting(const Error& error) noexcept
{
    for (const errc code :
         {errc::destructive_migration, errc::migration_failed, errc::history_mismatch, errc::newer_schema,
          errc::read_only, errc::foreign_database, errc::misplaced_tenant, errc::foreign_log,
          errc::unsupported_version, errc::not_a_database, errc::corrupt})
        if (error == code) return true;
    return false;
}

TENANTRY_DECL void Refusals::note(const TenantId& id, const Error& error,
                                  const std::filesystem::path& directory, LastChange::Time begun,
                                  TimePoint now) noexcept
{
    try {
        const Files files(directory);
        // A log that is gone by now cannot say since when.
        if (!files.are_settled(begun) || (error == errc::foreign_log && !files.log.is_there()))
            return forget(id);
        note_now(id, error, files, now);
    } catch (...) { // it is found out again
    }
}

TENANTRY_DECL void Refusals::note_now(const TenantId& id, const Error& error, const Files& files,
                                      TimePoint now)
{
    const std::lock_guard lock(mutex_);
    auto at = known_.find(id.view());
    auto time = first_time;
    if (at != known_.end()) {
        if (at->second.files == files) time = std::min(at->second.time * 2, longest_time);
        known_.erase(at);
    } else if (known_.size() >= most) {
        known_.erase(known_.begin());
    }
    known_.emplace(id.string(),
                   Refusal{.error = error, .files = files, .time = time, .until = later(now, time)});
    count_.store(known_.size(), std::memory_order_relaxed);
}

TENANTRY_DECL void Refusals::forget(const TenantId& id) noexcept
{
    if (!any()) return;
    const std::lock_guard lock(mutex_);
    const auto at = known_.find(id.view());
    if (at == known_.end()) return;
    known_.erase(at);
    count_.store(known_.size(), std::memory_order_relaxed);
}

TENANTRY_DECL std::optional<Error> Refusals::find(const TenantId& id, const std::filesystem::path& directory,
                                                  TimePoint now) noexcept
{
    try {
        std::optional<Refusal> known;
        {
            const std::lock_guard lock(mutex_);
            const auto at = known_.find(id.view());
            if (at == known_.end() || at->second.until <= now) return std::nullopt;
            known = at->second;
        }
        if (Files(directory) != known->files) {
            forget(id);
            return std::nullopt;
        }
        told_.fetch_add(1, std::memory_order_relaxed);
        return std::move(known->error);
    } catch (...) { // it is found out again
        return std::nullopt;
    }
}

} // namespace tenantry::detail
