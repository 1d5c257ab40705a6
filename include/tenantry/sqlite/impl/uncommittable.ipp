#pragma once

#include <tenantry/sqlite/detail/uncommittable.hpp>

namespace tenantry::sqlite {

TENANTRY_DECL Uncommittable::Uncommittable(Connection& connection) noexcept : db_(connection.native_handle())
{
    sqlite3_commit_hook(db_, [](void*) { return 1; }, nullptr);
}

} // namespace tenantry::sqlite
