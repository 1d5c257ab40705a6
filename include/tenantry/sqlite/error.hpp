// SQLite's result codes, as kinds of failure and as sentences for a person.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::sqlite {

/// The kind of failure an extended result code stands for (https://sqlite.org/rescode.html).
/// `system_error` is the `errno` SQLite kept, or 0: a full disk may hide behind an I/O error.
[[nodiscard]] errc to_errc(int code, int system_error = 0) noexcept;

} // namespace tenantry::sqlite

namespace tenantry::detail {

std::string_view failed_operation(int code) noexcept;

std::string_view refused_write(int code) noexcept;

std::string_view lock_holder(int code) noexcept;

// What SQLite says while it computes with values, as of wrong SQL: by its words alone it is told from that.
struct SaidOfValues {
    std::string_view words;
    errc kind;
    std::string_view text;
};
inline constexpr SaidOfValues said_of_values[] = {
    {"integer overflow", errc::value_misfit,
     "integer overflow: what sum() or abs() comes to is beyond 64 bits; total() and cast<double>() compute in doubles"},
    {"LIKE or GLOB pattern too complex", errc::too_big,
     "a pattern of like(), glob(), contains(), starts_with() or ends_with() is longer than SQLite takes, 50,000 bytes; "
     "instr() looks for any text"},
};

const SaidOfValues* find_said_of_values(sqlite3* db, int code) noexcept;

void add_constraint(Error& error, sqlite3* db, int code) noexcept;

std::string describe(sqlite3* db, int code, errc kind, int system_error);

} // namespace tenantry::detail

namespace tenantry::sqlite {

/// What went wrong with `code` on `db` (which may be null). Ask at once: the next call on the connection
/// overwrites SQLite's message. `doing`, if given, is put before it: "opening 'a.db': ...".
[[nodiscard]] Error make_error(sqlite3* db, int code, std::string_view doing = {}) noexcept;

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/error.ipp>
#endif
