// Whether the SQLite that the program runs with may lose commits by a checkpoint.
#pragma once

#include <string>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::sqlite {

/// A PASSIVE checkpoint of SQLite 3.7.0 to 3.51.2 that finds nothing left to copy, while another connection's commit restarts
/// the log, takes that commit as copied: it is never written back, and gone when the log is restarted once more
/// (https://sqlite.org/wal.html#walresetbug). Mended in 3.51.3, and in 3.50.7 and 3.44.6 of the older branches. So is it
/// where RESTART or TRUNCATE meets another writer, since SQLite makes a PASSIVE one of it then.
///
/// `version` as `sqlite3_libversion_number()`; by default that of the SQLite that is linked at run time.
[[nodiscard]] bool has_wal_reset_fault(int version = sqlite3_libversion_number()) noexcept;

/// A warning for the person who runs the program; of the SQLite that is linked at run time.
[[nodiscard]] std::string wal_reset_warning();

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/wal_reset_fault.ipp>
#endif
