// What migrating a fleet can be told, and what it tells.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry {

/// What became of one tenant.
enum class MigrationOutcome {
    current,  ///< there was nothing to do
    migrated, ///< it was brought to this program's schema
    newer,    ///< a newer program has changed it; it was left as it is, and this program can work with it
    planned,  ///< a dry run: `done` is what would be done
    failed,   ///< `error` says why; its data is as it was
    not_run,  ///< the run was stopped or cancelled before
};

/// The enumerator's name.
[[nodiscard]] inline std::string_view to_string(MigrationOutcome outcome) noexcept
{
    switch (outcome) {
    case MigrationOutcome::current: return "current";
    case MigrationOutcome::migrated: return "migrated";
    case MigrationOutcome::newer: return "newer";
    case MigrationOutcome::planned: return "planned";
    case MigrationOutcome::failed: return "failed";
    case MigrationOutcome::not_run: return "not_run";
    }
    return "";
}

/// What became of one tenant.
struct TenantMigration {
    /// The tenant.
    TenantId id;
    /// What became of it.
    MigrationOutcome outcome = MigrationOutcome::not_run;
    /// Whether it was one of the first.
    bool canary = false;
    std::string from{}; ///< revision or fingerprint
    /// The state that it was to be brought to.
    std::string to{};
    std::vector<std::string> done{};      ///< `"add column config.note"`, `"revision 7 split_name"`
    std::vector<std::string> tolerated{}; ///< there and not declared
    std::string plan{};                   ///< of a dry run: what is no revision's, as text
    std::chrono::microseconds duration{}; ///< with opening and closing
    /// Why it failed, where it did.
    std::optional<Error> error{};
};

/// What became of a fleet.
struct MigrationReport {
    std::vector<TenantMigration> tenants{}; ///< in the order in which they were taken, canaries first
    bool stopped = false;                   ///< a canary failed, or too many did
    /// It was ended before all were through.
    bool cancelled = false;

    /// How many tenants ended so.
    [[nodiscard]] std::size_t count(MigrationOutcome outcome) const noexcept
    {
        return static_cast<std::size_t>(std::ranges::count(tenants, outcome, &TenantMigration::outcome));
    }
    /// Is every tenant usable by this program now?
    [[nodiscard]] bool complete() const noexcept
    {
        return count(MigrationOutcome::failed) == 0 && count(MigrationOutcome::not_run) == 0;
    }
};

/// Whether anything is written.
enum class DryRun {
    no,
    plan, ///< nothing is written: each tenant's plan, and the rows that would stand in its way
    deep, ///< everything is done in a transaction, and rolled back
};

/// How a fleet is migrated.
struct MigrateOptions {
    /// Tenants that are migrated at a time; at least 1. It mostly waits for disks.
    std::size_t concurrency = 4;
    /// These are migrated first, alone; if one of them fails, no other is touched.
    std::vector<std::string> canaries{};
    /// So many more, from the beginning of the list, are canaries.
    std::size_t first_canaries = 0;
    /// Whether anything is written.
    DryRun dry_run = DryRun::no;
    /// After so many failures no further tenant is begun; 0: all are tried.
    std::size_t stop_after_failures = 0;
    /// Called after each tenant, one call at a time, from the fleet's threads: the tenant, how many are done, of how
    /// many. Where it throws no further tenant is begun, and the operation gives `errc::body_failed`.
    std::function<void(const TenantMigration&, std::size_t, std::size_t)> progress{};
};

} // namespace tenantry
