// What can be chosen for each tenant's run-time behaviour.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <tenantry/sqlite/profile.hpp>

namespace tenantry {

class History;

/// When a tenant's write-ahead log is written back into its database (https://sqlite.org/wal.html#ckpt). Never inside
/// of somebody's COMMIT.
struct CheckpointOptions {
    /// False: never, neither when the tenant is opened, migrated or closed, nor by `migration_status` and
    /// `async_migrate_all`. For where something else does it, as Litestream.
    bool automatic = true;

    /// Bytes of log that are worth writing back; done on the pool, beside the tenant's writes.
    std::uint64_t size = std::uint64_t{4} << 20;

    /// While less time has passed since the first commit in it, a log may have more than `size`, up to half of `limit`: where
    /// much is written, few large checkpoints are in the way of fewer writes than many small ones. 0: `size` alone
    /// counts. So it does where each commit is synced (`sqlite::Durability::full`), since making a log longer costs twice
    /// what writing over it does, and for a sole owner (`FleetOptions::sole_owner`), whose writes wait for checkpoints.
    std::chrono::milliseconds interval{1000};

    /// A log that was not written back whole in this time is, once nobody waits to write.
    std::chrono::milliseconds age{60000};

    /// A longer log is written back between two batches, and restarted, though writes wait for it meanwhile: it
    /// never would be while they keep coming.
    std::uint64_t limit = std::uint64_t{64} << 20;

    /// While the log is so long writes are refused with `errc::overloaded`: somebody's reading that does not end keeps
    /// it from being restarted. 0: never; then only the disk bounds it.
    std::uint64_t refuse_at = std::uint64_t{1} << 30;
};

/// How an open tenant behaves. The same for every tenant of a fleet.
struct TenantOptions {
    /// Read-only connections that one tenant may have open at a time. 0: four, and none for a sole owner
    /// (`FleetOptions::sole_owner`), who may have no others.
    std::size_t readers = 0;

    /// Asynchronous reads of one tenant that may be at work at a time, on a thread of the fleet's pool each: at most as many
    /// as it may have readers. 0: so few that two threads of the pool are left, of which one is for the tenant's own
    /// writes and brief reads and one for other tenants; one at least. Of an executor that was handed in the number of threads
    /// is known only where it is a `boost::asio::thread_pool`'s; of others say it here, else they are not counted. What waits for
    /// its turn waits in the tenant's queue.
    std::size_t reads_at_work = 0;

    /// Writes that may wait for one tenant; one more is answered with `errc::overloaded` at once.
    std::size_t queued_writes = 1024;

    /// Memory that writes may take that wait for one tenant, about: statements with their values, the captures of bodies
    /// without what they point to. One more is answered with `errc::overloaded` at once, unless nobody else waits.
    std::size_t queued_write_bytes = std::size_t{64} << 20;

    /// Writes that may be committed together, in one transaction. 1: each has its own. A batch also ends when
    /// `batch_time` has passed since it was begun, and when what it has changed no longer fits into the page
    /// cache (`sqlite::Profile::page_cache_kib`); then other tenants get their turn.
    std::size_t batch_writes = 64;

    /// How long a batch may take until no further write joins it.
    std::chrono::milliseconds batch_time{10};

    /// Asynchronous reads that may wait for one tenant; one more is answered with `errc::overloaded` at once.
    std::size_t queued_reads = 1024;

    /// How long another process may hold the tenant's write lock, without letting it go in between as far as that can be
    /// seen, before a write that waits for it is `errc::busy`; and opening a tenant that has to be changed. Each time that
    /// the lock could be had, the time starts again for those that still wait.
    std::chrono::milliseconds busy_deadline{5000};

    /// How long `read` on the calling thread waits for a reader before it is `errc::overloaded`.
    std::chrono::milliseconds read_wait{1000};

    /// When the log is written back.
    CheckpointOptions checkpoints{};

    /// Pragmas, limits, and the program's functions and collations (`profile.functions`) of every connection.
    sqlite::Profile profile{};

    /// SQLite's application id in every tenant's database; a file with another one is refused
    /// (https://sqlite.org/pragma.html#pragma_application_id). The default spells "tntr".
    std::int32_t application_id = 0x746e7472;

    /// The revisions by which tenants are migrated; they must outlive the fleet. Null: each tenant is compared with
    /// the declared schema, and what loses nothing is done.
    const History* history = nullptr;
};

} // namespace tenantry
