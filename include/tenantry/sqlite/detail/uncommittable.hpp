// A scope in which nothing is committed on a connection.
#pragma once

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::sqlite {

/// While it lives nothing is committed on the connection: a COMMIT fails, and so does a writing statement
/// outside of a transaction, with errc::batch_aborted. For the code of others inside a transaction that
/// SQLite may have rolled back under it.
class Uncommittable {
public:
    explicit Uncommittable(Connection& connection) noexcept;
    Uncommittable(const Uncommittable&) = delete;
    Uncommittable& operator=(const Uncommittable&) = delete;
    ~Uncommittable() { sqlite3_commit_hook(db_, nullptr, nullptr); }

private:
    sqlite3* db_;
};

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/uncommittable.ipp>
#endif
