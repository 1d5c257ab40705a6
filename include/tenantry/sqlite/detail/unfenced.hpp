// A scope in which a connection may do what its fences keep out.
#pragma once

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::sqlite {

/// While it lives, the connection may do what its fences keep from statements of the library's own, too: VACUUM, counting
/// up the schema's number.
class Unfenced {
public:
    explicit Unfenced(Connection& connection) noexcept;
    Unfenced(const Unfenced&) = delete;
    Unfenced& operator=(const Unfenced&) = delete;
    ~Unfenced();

private:
    sqlite3* db_;
    int attached_;
    int defensive_ = 0;
};

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/unfenced.ipp>
#endif
