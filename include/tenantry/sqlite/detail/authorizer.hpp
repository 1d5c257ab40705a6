// Which statements a tenant's connection refuses to prepare, unless they are the library's own.
#pragma once

#include <string>
#include <string_view>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>

namespace tenantry::detail {

// What a statement wanted that it may not, or nothing. The arguments are those of an authorizer callback
// (https://sqlite.org/c3ref/set_authorizer.html).
//
// A full-text table asks for one pragma behind its user's back; it only reads, and passes.
[[nodiscard]] std::string_view refused_action(int action, const char* first, const char* second) noexcept;

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/authorizer.ipp>
#endif
