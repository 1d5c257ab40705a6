// How far a write-ahead log is checkpointed: read from its index, which the processes that use it share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

/// Of the log's index, which lies in shared memory (https://sqlite.org/walformat.html#the_wal_index_header).
struct LogIndex {
    std::uint32_t frames = 0;       ///< that are committed
    std::uint32_t written_back = 0; ///< of them, those that are in the database, and synced
    std::uint32_t attempted =
        0; ///< of them, those that are in it unless a process ended while it wrote them back

    /// The next transaction that writes restarts the log, unless somebody reads what is in it. True of a new log as well.
    [[nodiscard]] bool is_written_back() const noexcept { return frames == written_back; }

    /// Some of it is in the database, and nobody is just writing back more.
    [[nodiscard]] bool is_part_written_back() const noexcept
    {
        return written_back != 0 && written_back == attempted;
    }
};

/// `file` is the database's, of a connection in WAL mode that has read and does not have the database for itself. Nothing is
/// copied and no lock is taken: the numbers are sure in a transaction that has the write lock, where only the last two can
/// grow. nullopt: this SQLite's index is another one.
[[nodiscard]] std::optional<LogIndex> read_log_index(sqlite3_file* file) noexcept;

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/log_index.ipp>
#endif
