// How much room a tenant's database takes, and how much of it holds nothing.
#pragma once

#include <cstdint>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry {

/// The pages of a database. Those of the write-ahead log, which are not in it yet, are counted as if they were.
struct Space {
    std::uint64_t page_bytes = 0; ///< of one page
    std::uint64_t pages = 0;      ///< of the file, once the log has been written back into it
    std::uint64_t free_pages = 0; ///< of them, those that hold nothing: new rows use them first

    /// Free pages can be given back a few at a time (`sqlite::Profile::incremental_vacuum` when it was created).
    bool incremental = false;

    /// The size of the file.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return pages * page_bytes; }
    /// What of it is free.
    [[nodiscard]] std::uint64_t free_bytes() const noexcept { return free_pages * page_bytes; }

    friend bool operator==(const Space&, const Space&) = default;
};

namespace detail {

/// All numbers are of one state of the database. Reads the database's header only, however large it is.
[[nodiscard]] inline Result<Space> measure_space(sqlite::Connection& connection)
{
    auto transaction = sqlite::Transaction::begin(connection, sqlite::Behaviour::deferred);
    if (!transaction) return fail(std::move(transaction).error());
    Space space;
    constexpr int is_incremental = 2; // https://sqlite.org/pragma.html#pragma_auto_vacuum
    std::uint64_t mode = 0;
    const struct {
        const char* sql;
        std::uint64_t& value;
    } numbers[] = {{"PRAGMA main.page_size", space.page_bytes},
                   {"PRAGMA main.page_count", space.pages},
                   {"PRAGMA main.freelist_count", space.free_pages},
                   {"PRAGMA main.auto_vacuum", mode}};
    for (const auto& [sql, value] : numbers) {
        auto number = connection.query_integer(sql);
        if (!number) return fail(std::move(number).error());
        value = static_cast<std::uint64_t>(*number);
    }
    space.incremental = mode == is_incremental;
    return space;
}

} // namespace detail

} // namespace tenantry
