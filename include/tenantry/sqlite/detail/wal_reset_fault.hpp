// Whether the SQLite that the program runs with may lose commits by a checkpoint.
#pragma once

#include <string>

#include <sqlite3.h>

namespace tenantry::sqlite {

/// A PASSIVE checkpoint of SQLite 3.7.0 to 3.51.2 that finds nothing left to copy, while another connection's commit restarts
/// the log, takes that commit as copied: it is never written back, and gone when the log is restarted once more
/// (https://sqlite.org/wal.html#walresetbug). Mended in 3.51.3, and in 3.50.7 and 3.44.6 of the older branches. So is it
/// where RESTART or TRUNCATE meets another writer, since SQLite makes a PASSIVE one of it then.
///
/// `version` as `sqlite3_libversion_number()`; by default that of the SQLite that is linked at run time.
[[nodiscard]] inline bool has_wal_reset_fault(int version = sqlite3_libversion_number()) noexcept
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

/// A warning for the person who runs the program; of the SQLite that is linked at run time.
[[nodiscard]] inline std::string wal_reset_warning()
{
    return "SQLite " + std::string(sqlite3_libversion()) +
           " may lose commits when a write-ahead log is written back while it is restarted "
           "(https://sqlite.org/wal.html#walresetbug). This program does so under a guard; other programs with such a SQLite "
           "that checkpoint the same files, as a backup tool or the sqlite3 shell, do not. "
           "Use SQLite 3.51.3 or later, or 3.50.7 or 3.44.6 of the older branches";
}

} // namespace tenantry::sqlite
