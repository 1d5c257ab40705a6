// Makes a checkpoint safe with a SQLite that may lose commits by it: see has_wal_reset_fault.
#pragma once

#include <chrono>
#include <string>
#include <thread>

#include <sqlite3.h>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/error.hpp>

namespace tenantry::sqlite::detail {

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
    [[nodiscard]] Result<void> begin(sqlite3* checkpointed)
    {
        constexpr int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                              SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE;
        int code = sqlite3_open_v2(sqlite3_db_filename(checkpointed, "main"), &db_, flags, nullptr);
        if (code == SQLITE_OK) {
            sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, static_cast<int*>(nullptr));
            // Reads a number of the first page, and so begins the transaction, without reading the schema.
            code = sqlite3_exec(db_, "BEGIN;PRAGMA main.user_version", nullptr, nullptr, nullptr);
        }
        if (code != SQLITE_OK) return fail(make_error(db_, code, "guarding a checkpoint"));
        if (has_moved(checkpointed) || has_moved(db_))
            return fail(errc::io_error, "the database was removed or replaced, and is not checkpointed");
        return {};
    }

private:
    [[nodiscard]] static bool has_moved(sqlite3* db) noexcept
    {
        int moved = 0;
        return sqlite3_file_control(db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved != 0;
    }

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
    static int wait(void* context, int)
    {
        const auto& self = *static_cast<EndedWhereLocked*>(context);
        if (std::chrono::steady_clock::now() < self.until_) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return 1;
        }
        // What it goes on with is ended before it has copied anything. SQLite forgets the interrupt when the checkpoint is over.
        sqlite3_interrupt(self.db_);
        return 0;
    }

    sqlite3* const db_;
    const int busy_timeout_;
    const std::chrono::steady_clock::time_point until_;
};

} // namespace tenantry::sqlite::detail
