// Which constraint was violated, read off what SQLite says.
#pragma once

#include <string_view>

#include <sqlite3.h>

#include <tenantry/core/constraint.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

// The kind an extended result code stands for, with SQLite's words about it: a key that is declared RESTRICT is reported as a
// trigger. `none` of a code that is about no constraint.
ConstraintKind constraint_kind(int code, std::string_view words) noexcept;

// The constraint that SQLite's extended code and message name. In `db`, which may be null, names with a dot in them are looked up;
// that overwrites its message.
Constraint constraint_of(sqlite3* db, int code, std::string_view words);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/constraint_text.ipp>
#endif
