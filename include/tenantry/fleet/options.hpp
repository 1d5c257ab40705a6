// What can be chosen for a fleet.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <tenantry/core/observer.hpp>
#include <tenantry/core/time_source.hpp>
#include <tenantry/tenant/options.hpp>
#include <tenantry/tenant/upkeep_options.hpp>

namespace tenantry {

/// How tenant directories are spread. Chosen when the fleet's root is made, and kept in its manifest.
enum class ShardRule : std::uint8_t {
    hashed, ///< 256 directories, by a hash of the tenant's id
    flat,   ///< one directory for all: for fleets of some thousand tenants
};

/// How a fleet behaves. What is written in the root's manifest (`shards`, `tenant.application_id`) must be
/// the same at every open. Times are not negative (`errc::invalid_argument`); however long one is, it is waited for:
/// `std::chrono::milliseconds::max()` is "never".
struct FleetOptions {
    /// The program alone has the fleet's files open, for as long as the fleet lives. Small reads and opening a tenant
    /// then cost about half: no shared memory, no file locks for each transaction, one connection for each tenant.
    /// Reads wait for that: for the tenant's writes, and for each other. Another process or fleet that opens the
    /// root is refused with `errc::busy`, and so is this one where somebody has it open.
    bool sole_owner = false;

    /// For looking only: support shells, reports, restored backups, read-only file systems, full disks. Nothing is made, changed,
    /// migrated, or swept away; a log that is there is read and left. What would change something is `errc::read_only`, and so
    /// is a tenant whose schema is not the program's yet. Others may have the fleet open meanwhile, and write, as usual.
    bool read_only = false;

    /// Threads of the fleet's own pool; they wait for disks, so they may exceed the cores. 0: twice the
    /// cores, at least 4. Not used where an executor is handed in. With less than three of them one tenant can keep all
    /// others waiting (`TenantOptions::reads_at_work`).
    std::size_t threads = 0;

    /// Tenants open at a time. At the limit the one that nobody uses for the longest time is closed. 0: as many as
    /// the process may have descriptors for (`raise_descriptor_limit` has it have more), 4096 at most.
    std::size_t max_open = 0;

    /// Readers that all tenants together may have open beyond the first of each. 0: half of `max_open`, none for a sole
    /// owner.
    std::size_t max_readers = 0;

    /// A tenant that nobody has used for so long gives its page caches and readers back. 0: never.
    std::chrono::milliseconds trim_idle_after{10'000};

    /// A tenant that nobody has used for so long is closed. 0: never.
    std::chrono::milliseconds close_idle_after{300'000};

    /// What is done with the database of a tenant that nobody uses: what the planner knows is brought up to date, and
    /// one of which much holds nothing is compacted.
    UpkeepOptions upkeep{};

    /// How long a caller waits for a tenant while `max_open` are all in use, before it is `errc::too_many_open`; and while no
    /// thread of the fleet is free to begin opening it, before it is `errc::timeout`. What opening takes once it was begun, as
    /// for a migration, does not count. A caller's own limits (`Fleet::async_with`) may end the wait sooner, and cover opening.
    std::chrono::milliseconds open_deadline{5000};

    /// Makes the root where there is none. False: that is `errc::no_such_fleet`, for programs that work on fleets of
    /// others, where a mistake in the path should not make a new one.
    bool make_root = true;

    /// The root is shared with programs that have other schemas: other parts of what is in its tenants. Whether the root was
    /// opened with a schema of another name (`Schema`) is not asked then, and the name is not written into its manifest. Each of
    /// those programs makes and migrates its own tables, and tolerates those of the others.
    bool shares_root = false;

    /// How directories are spread; fixed when the root is made.
    ShardRule shards = ShardRule::hashed;

    /// What holds for each tenant.
    TenantOptions tenant{};

    /// Hears of what happens: slow statements, tenants that come and go, errors that nobody waits for.
    std::shared_ptr<Observer> observer{};

    /// What `trim_idle_after`, `close_idle_after`, `upkeep`, `open_deadline`, limits of the fleet's operations and the age of a
    /// log (`CheckpointOptions::age`, `interval`) are reckoned by, and how long opening a tenant waits for another process's
    /// lock: the steady clock, or one that a test moves, which outlives the fleet. That it was moved is noticed within a
    /// second. What operations of an open tenant wait for goes by the steady clock: threads that are blocked, and SQLite, know
    /// no other.
    TimeSource clock{};
};

/// What happens to accepted work when a fleet is closed.
enum class Shutdown : std::uint8_t {
    drain,  ///< scopes that have begun run to their end, and everything that waits is done
    cancel, ///< what waits is answered with `errc::fleet_closed`; bodies that run are waited for
};

} // namespace tenantry
