// A scope in which statements of a connection are the library's own.
#pragma once

#include <tenantry/core/detail/raised.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::sqlite {

/// While it lives, statements of the connection are the library's own and the authorizer lets them pass.
/// They must be run under one too, since SQLite prepares them again when the schema has changed.
class Privileged {
public:
    explicit Privileged(Connection& connection) noexcept : raised_(connection.state().privileged) {}

private:
    tenantry::detail::Raised raised_;
};

} // namespace tenantry::sqlite
