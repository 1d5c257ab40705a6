// Makes a checkpoint safe with a SQLite that may lose commits by it: see has_wal_reset_fault.
#pragma once

#include <chrono>
#include <string>
#include <thread>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/error.hpp>

namespace tenantry::detail {

/// A read transaction of a connection of its own. It has one of the log's read marks, and then nobody restarts the log
/// while it lives; or, if all of the log was in the database, the lock without which a checkpoint copies nothing. A PASSIVE
/// checkpoint that is begun and ended meanwhile does no harm, whatever is left for it to do.
class CheckpointGuard {
public:
    CheckpointGuard() = default;
    CheckpointGuard(const CheckpointGuard&) = delete;
    CheckpointGuard& operator=(const CheckpointGuard&) = delete;
    ~CheckpointGuard() { sqlite3_close(db_); }

    /// For checkpoints of `checkpointed`, whose file must still be there under its name.
    [[nodiscard]] Result<void> begin(sqlite3* checkpointed);

private:
    [[nodiscard]] static bool has_moved(sqlite3* db) noexcept;

    sqlite3* db_ = nullptr;
};

/// While it lives, a checkpoint of the connection that needs a lock which somebody has is ended, after it has waited as long
/// as the connection does, in milliseconds. SQLite would go on with less: without the write lock as a PASSIVE one.
class EndedWhereLocked {
public:
    EndedWhereLocked(sqlite3* db, int busy_timeout) noexcept
        : db_(db),
          busy_timeout_(busy_timeout),
          until_(std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_timeout))
    {
        sqlite3_busy_handler(db, &EndedWhereLocked::wait, this);
    }
    EndedWhereLocked(const EndedWhereLocked&) = delete;
    EndedWhereLocked& operator=(const EndedWhereLocked&) = delete;
    ~EndedWhereLocked() { sqlite3_busy_timeout(db_, busy_timeout_); }

private:
    static int wait(void* context, int);

    sqlite3* const db_;
    const int busy_timeout_;
    const std::chrono::steady_clock::time_point until_;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/checkpoint_guard.ipp>
#endif
