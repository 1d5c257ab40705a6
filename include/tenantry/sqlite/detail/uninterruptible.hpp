// A scope in which no statement of a connection is ended half-way.
#pragma once

#include <tenantry/core/detail/raised.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::sqlite {

/// While it lives, `Connection::watch` ends no statement: for COMMIT and ROLLBACK.
class Uninterruptible {
public:
    explicit Uninterruptible(Connection& connection) noexcept : raised_(connection.state().uninterruptible) {}

private:
    tenantry::detail::Raised raised_;
};

} // namespace tenantry::sqlite
