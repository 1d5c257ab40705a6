// The mark of a database: what `user_version` says of its schema, and of whose it is.
#pragma once

#include <cstdint>
#include <string>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::migrate {

/// What is kept in `user_version` for a mark in a database of this incarnation, and the mark for what is kept there: the same
/// function does both. So one number says that a database is current and that it is the one that belongs here, and opening a
/// tenant reads nothing more. 0, which says that nothing is known, stays 0, and nothing else becomes 0. Positive marks stay
/// positive. Incarnation 0, a database of no tenant: as it is.
[[nodiscard]] constexpr std::int64_t mix_mark(std::int64_t mark, std::uint64_t incarnation) noexcept
{
    if (incarnation == 0 || mark == 0) return mark;
    constexpr std::uint64_t spread = 0x9e3779b97f4a7c15U; // tests' incarnations are small numbers
    const auto folded = static_cast<std::int64_t>((incarnation * spread) >> 33U);
    return mark == folded ? mark : mark ^ folded;
}

/// The mark of a database: the fingerprint it was brought to, unless it is adopted
/// (https://sqlite.org/pragma.html#pragma_user_version). Read through the connection: the file's header is stale while
/// there is a WAL.
[[nodiscard]] Result<std::int64_t> read_mark(sqlite::Connection& connection);

[[nodiscard]] inline Result<void> write_mark(sqlite::Connection& connection, std::int32_t mark)
{
    return connection.execute("PRAGMA main.user_version=" +
                              std::to_string(mix_mark(mark, connection.incarnation())));
}

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/mark.ipp>
#endif
