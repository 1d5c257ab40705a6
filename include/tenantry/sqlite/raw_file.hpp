// A database's file as it lies on the disk, without what its write-ahead log changes.
#pragma once

#include <array>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <span>

#include <sqlite3.h>

#include <tenantry/sqlite/connection.hpp>

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

/// The header of the file (https://sqlite.org/fileformat2.html#the_database_header), read in the same way.
class FileHeader {
public:
    explicit FileHeader(Connection& connection) noexcept : read_(read_raw(connection, bytes_, 0)) {}

    /// False: the file is empty, in memory, or cannot be read.
    [[nodiscard]] bool is_read() const noexcept { return read_; }

    /// It is in WAL mode, whoever has it open.
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
