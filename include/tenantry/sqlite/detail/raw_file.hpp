// A database's file as it lies on the disk, without what its write-ahead log changes.
#pragma once

#include <array>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <span>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/database_file.hpp>

namespace tenantry::sqlite {

/// Reads bytes of the file that the connection has open, through SQLite's own descriptor: to open one of one's own, and close
/// it, would drop the locks of this process (https://sqlite.org/howtocorrupt.html). False: there are not so many bytes, or
/// they cannot be read. What a checkpoint writes meanwhile is seen or not, page by page.
[[nodiscard]] bool read_raw(Connection& connection, std::span<unsigned char> into, std::uint64_t at) noexcept;

/// Whether there is anything in the log that the connection has open, beside its header; for a connection that has read. The
/// log is not looked up by its name: where the database's directory is moved just then, there is none under that.
[[nodiscard]] bool has_log(Connection& connection) noexcept;

/// The header of the file (https://sqlite.org/fileformat2.html#the_database_header), read in the same way.
class FileHeader {
public:
    explicit FileHeader(Connection& connection) noexcept : read_(read_raw(connection, bytes_, 0)) {}

    /// False: the file is empty, in memory, or cannot be read.
    [[nodiscard]] bool is_read() const noexcept { return read_; }

    /// It is in WAL mode, for every process that has it open.
    [[nodiscard]] bool is_wal() const noexcept;

    /// Four bytes, the highest first.
    [[nodiscard]] std::int64_t number(std::size_t at) const noexcept;

private:
    std::array<unsigned char, 100> bytes_{};
    bool read_;
};

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/raw_file.ipp>
#endif
