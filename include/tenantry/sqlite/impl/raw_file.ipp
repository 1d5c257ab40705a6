#pragma once

#include <tenantry/sqlite/detail/raw_file.hpp>

namespace tenantry::sqlite {

TENANTRY_DECL bool read_raw(Connection& connection, std::span<unsigned char> into, std::uint64_t at) noexcept
{
    sqlite3_file* file = nullptr;
    const int code = sqlite3_file_control(connection.native_handle(), "main", SQLITE_FCNTL_FILE_POINTER,
                                          static_cast<void*>(&file));
    if (code != SQLITE_OK || file == nullptr || file->pMethods == nullptr || into.size() > INT_MAX)
        return false;
    return file->pMethods->xRead(file, into.data(), static_cast<int>(into.size()),
                                 static_cast<sqlite3_int64>(at)) == SQLITE_OK;
}

TENANTRY_DECL bool has_log(Connection& connection) noexcept
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

TENANTRY_DECL bool FileHeader::is_wal() const noexcept
{
    constexpr unsigned char wal = 2;
    return bytes_[18] == wal && bytes_[19] == wal;
}

TENANTRY_DECL std::int64_t FileHeader::number(std::size_t at) const noexcept
{
    std::uint32_t value = 0;
    for (std::size_t n = at; n < at + 4; ++n) value = value << 8U | bytes_[n];
    return static_cast<std::int32_t>(value);
}

} // namespace tenantry::sqlite
