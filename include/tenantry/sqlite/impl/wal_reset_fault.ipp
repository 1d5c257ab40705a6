#pragma once

#include <tenantry/sqlite/detail/wal_reset_fault.hpp>

namespace tenantry::sqlite {

TENANTRY_DECL bool has_wal_reset_fault(int version) noexcept
{
    constexpr int mended = 3051003;
    constexpr int mended_in_50 = 3050007;
    constexpr int mended_in_44 = 3044006;
    constexpr int branch = 1000;
    const auto within = [version](int first) {
        return version >= first && version / branch == first / branch;
    };
    return version < mended && !within(mended_in_50) && !within(mended_in_44);
}

TENANTRY_DECL std::string wal_reset_warning()
{
    return "SQLite " + std::string(sqlite3_libversion()) +
           " may lose commits when a write-ahead log is written back while it is restarted "
           "(https://sqlite.org/wal.html#walresetbug). This program does so under a guard; other programs with such a SQLite "
           "that checkpoint the same files, as a backup tool or the sqlite3 shell, do not. "
           "Use SQLite 3.51.3 or later, or 3.50.7 or 3.44.6 of the older branches";
}

} // namespace tenantry::sqlite
