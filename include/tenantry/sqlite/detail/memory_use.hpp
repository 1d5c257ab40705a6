// What memory a connection has taken, as SQLite counts it.
#pragma once

#include <cstdint>

namespace tenantry::sqlite {

/// Bytes on the heap (https://sqlite.org/c3ref/c_dbstatus_options.html).
struct MemoryUse {
    std::uint64_t pages = 0;      ///< the page cache
    std::uint64_t schema = 0;     ///< what is known of tables, indexes, triggers
    std::uint64_t statements = 0; ///< prepared statements

    [[nodiscard]] constexpr std::uint64_t total() const noexcept { return pages + schema + statements; }

    constexpr MemoryUse& operator+=(const MemoryUse& other) noexcept
    {
        pages += other.pages;
        schema += other.schema;
        statements += other.statements;
        return *this;
    }
};

} // namespace tenantry::sqlite
