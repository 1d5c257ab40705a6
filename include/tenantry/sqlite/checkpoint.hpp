// How far a checkpoint goes, and what it left to do.
#pragma once

#include <sqlite3.h>

namespace tenantry::sqlite {

/// How far a checkpoint goes (https://sqlite.org/c3ref/wal_checkpoint_v2.html).
enum class Checkpoint {
    passive = SQLITE_CHECKPOINT_PASSIVE,   ///< what can be done without waiting for anybody
    full = SQLITE_CHECKPOINT_FULL,         ///< everything; needs the write lock
    restart = SQLITE_CHECKPOINT_RESTART,   ///< and the next writer restarts the log
    truncate = SQLITE_CHECKPOINT_TRUNCATE, ///< and the log is cut to nothing
};

/// What a checkpoint left: the frames of the log, and how many of them are in the database.
struct CheckpointState {
    /// Frames in the log.
    int log_frames = 0;
    /// Those of them that are in the database.
    int checkpointed_frames = 0;
    /// Whether all are.
    [[nodiscard]] bool complete() const noexcept { return log_frames == checkpointed_frames; }
};

} // namespace tenantry::sqlite
