// The file of a database, as the system and SQLite name it, apart from any connection.
#pragma once

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::detail {

// Of a write-ahead log (https://sqlite.org/fileformat2.html#the_write_ahead_log): one that is no longer holds nothing.
inline constexpr std::uint64_t log_header_bytes = 32;
inline constexpr std::uint64_t frame_header_bytes = 24; // before each page in it

// Makes an empty file, which must not be there yet.
[[nodiscard]] Result<void> create_file(const std::string& name);

// A name for SQLITE_OPEN_URI (https://sqlite.org/uri.html) of a file that nobody changes.
[[nodiscard]] std::string immutable_uri(const std::string& name);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/database_file.ipp>
#endif
