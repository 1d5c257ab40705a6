#pragma once

#include <tenantry/sqlite/detail/checkpoint_guard.hpp>

namespace tenantry::detail {

TENANTRY_DECL Result<void> CheckpointGuard::begin(sqlite3* checkpointed)
{
    constexpr int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                          SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_PRIVATECACHE;
    int code = sqlite3_open_v2(sqlite3_db_filename(checkpointed, "main"), &db_, flags, nullptr);
    if (code == SQLITE_OK) {
        sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, static_cast<int*>(nullptr));
        // Reads a number of the first page, and so begins the transaction, without reading the schema.
        code = sqlite3_exec(db_, "BEGIN;PRAGMA main.user_version", nullptr, nullptr, nullptr);
    }
    if (code != SQLITE_OK) return fail(sqlite::make_error(db_, code, "guarding a checkpoint"));
    if (has_moved(checkpointed) || has_moved(db_))
        return fail(errc::io_error, "the database was removed or replaced, and is not checkpointed");
    return {};
}

TENANTRY_DECL bool CheckpointGuard::has_moved(sqlite3* db) noexcept
{
    int moved = 0;
    return sqlite3_file_control(db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved != 0;
}

TENANTRY_DECL int EndedWhereLocked::wait(void* context, int)
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

} // namespace tenantry::detail
