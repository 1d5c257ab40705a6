// A database's file as it lies on the disk, without what its write-ahead log changes.
#pragma once

#include <array>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <span>

#include <sqlite3.h>

#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/database_file.hpp>

namespace tenantry::sqlite {

/// Reads bytes of the file that the connection has open, through SQLite's own descriptor: to open one of one's own, and close
/// it, would drop the locks of this process (https://sqlite.org/howtocorrupt.html). False: there are not so many bytes, or
/// they cannot be read. What a checkpoint writes meanwhile is seen or not, page by page.
[[nodiscard]] inline bool read_raw(Connection& connection, std::span<unsigned char> into,
                                   std::uint64_t at) noexcept
{
    sqlite3_file* file = nullptr;
    const int code = sqlite3_file_control(connection.native_handle(), "main", SQLITE_FCNTL_FILE_POINTER,
                                          static_cast<void*>(&file));
    if (code != SQLITE_OK || file == nullptr || file->pMethods == nullptr || into.size() > INT_MAX)
        return false;
    return file->pMethods->xRead(file, into.data(), static_cast<int>(into.size()),
                                 static_cast<sqlite3_int64>(at)) == SQLITE_OK;
}

/// Whether there is anything in the log that the connection has open, beside its header; for a connection that has read. The
/// log is not looked up by its name: where the database's directory is moved just then, there is none under that.
[[nodiscard]] inline bool has_log(Connection& connection) noexcept
{
    sqlite3_file* log = nullptr;
    const int code = sqlite3_file_control(connection.native_handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER,
                                          static_cast<void*>(&log));
    if (code != SQLITE_OK || log == nullptr || log->pMethods == nullptr) return false;
    sqlite3_int64 size = 0;
    if (log->pMethods->xFileSize(log, &size) != SQLITE_OK ||
        size <= static_cast<sqlite3_int64>(detail::log_header_bytes))
        return false;
    // Where there is no log it is a rollback journal, which begins otherwise.
    constexpr std::array<unsigned char, 3> magic{0x37, 0x7f, 0x06};
    std::array<unsigned char, 3> begin{};
    return log->pMethods->xRead(log, begin.data(), static_cast<int>(begin.size()), 0) == SQLITE_OK &&
           begin == magic;
}

/// The header of the file (https://sqlite.org/fileformat2.html#the_database_header), read in the same way.
class FileHeader {
public:
    explicit FileHeader(Connection& connection) noexcept : read_(read_raw(connection, bytes_, 0)) {}

    /// False: the file is empty, in memory, or cannot be read.
    [[nodiscard]] bool is_read() const noexcept { return read_; }

    /// It is in WAL mode, for every process that has it open.
    [[nodiscard]] bool is_wal() const noexcept
    {
        constexpr unsigned char wal = 2;
        return bytes_[18] == wal && bytes_[19] == wal;
    }

    /// Four bytes, the highest first.
    [[nodiscard]] std::int64_t number(std::size_t at) const noexcept
    {
        std::uint32_t value = 0;
        for (std::size_t n = at; n < at + 4; ++n) value = value << 8U | bytes_[n];
        return static_cast<std::int32_t>(value);
    }

private:
    std::array<unsigned char, 100> bytes_{};
    bool read_;
};

} // namespace tenantry::sqlite
