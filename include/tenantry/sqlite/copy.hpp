// A copy of a whole database, page by page.
#pragma once

#include <cerrno>
#include <filesystem>
#include <memory>

#include <sqlite3.h>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/error.hpp>

namespace tenantry::sqlite {

/// Copies all that `from` has committed, as of one point in time, over the file at `to`, which is made with mode 0600 where it is missing
/// and which nobody else may have open. Everything is as it is there: rowids, free pages, `user_version`
/// (https://sqlite.org/backup.html). The copy is not synced. Errors: busy, disk_full, corrupt, and those of input and output.
[[nodiscard]] Result<void> copy_into(Connection& from, const std::filesystem::path& to);

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/copy.ipp>
#endif
