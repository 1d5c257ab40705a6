// How far a write-ahead log is checkpointed: read from its index, which the processes that use it share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <sqlite3.h>

namespace tenantry::sqlite::detail {

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
[[nodiscard]] inline std::optional<LogIndex> read_log_index(sqlite3_file* file) noexcept
{
    constexpr int region = 32768;
    constexpr std::uint32_t known = 3007000;
    constexpr std::size_t version_at = 0;
    constexpr std::size_t frames_at = 16;
    constexpr std::size_t written_back_at = 96;
    constexpr std::size_t attempted_at = 128;
    if (file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2) return std::nullopt;
    volatile void* mapped = nullptr;
    if (file->pMethods->xShmMap(file, 0, region, 0, &mapped) != SQLITE_OK || mapped == nullptr)
        return std::nullopt;
    const auto number = [mapped](std::size_t at) -> std::uint32_t {
        return static_cast<const volatile std::uint32_t*>(mapped)[at / sizeof(std::uint32_t)];
    };
    if (number(version_at) != known) return std::nullopt;
    return LogIndex{.frames = number(frames_at),
                    .written_back = number(written_back_at),
                    .attempted = number(attempted_at)};
}

} // namespace tenantry::sqlite::detail
