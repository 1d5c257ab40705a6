// The row by which a database says which tenant's it is, and how far it is in its logs.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/core/random.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry::detail {

/// The one row of the table `_tenantry` in each tenant's database.
struct Identity {
    /// Of the tenant it was made for: as in `tenant.state`, in the same sixteen digits.
    std::uint64_t incarnation = 0;
    /// A random number that the first transaction of each write-ahead log sets; 0: there was no log yet.
    std::int64_t epoch = 0;
    /// What the epoch was before.
    std::int64_t previous = 0;
};

/// Makes the table with its row, in the transaction that is open. In a new database before anything else: then its place in
/// the file stays the same for good.
[[nodiscard]] inline Result<void> make_identity(sqlite::Connection& connection, std::uint64_t incarnation)
{
    return connection.execute("CREATE TABLE main._tenantry ("
                              "\n    incarnation TEXT NOT NULL,"
                              "\n    epoch INTEGER NOT NULL,"
                              "\n    previous INTEGER NOT NULL\n) STRICT;"
                              "INSERT INTO main._tenantry VALUES ('" +
                              hex(incarnation) + "', 0, 0)");
}

/// The row; nullopt where the database has none: it was not made here, and no tenant has had it open.
[[nodiscard]] inline Result<std::optional<Identity>> read_identity(sqlite::Connection& connection)
{
    const sqlite::Privileged gate(connection);
    auto there = connection.query_integer("SELECT count(*) FROM main.sqlite_schema"
                                          " WHERE type = 'table' AND name = '_tenantry'");
    if (!there) return fail(std::move(there).error());
    if (*there == 0) return std::optional<Identity>();
    auto statement = connection.prepare("SELECT incarnation, epoch, previous FROM main._tenantry");
    if (!statement) return fail(std::move(statement).error());
    auto row = statement->step();
    if (!row) return fail(std::move(row).error());
    if (!*row) return std::optional<Identity>();
    Identity found{.epoch = statement->integer(1), .previous = statement->integer(2)};
    const std::string_view digits = statement->text(0);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), found.incarnation, 16);
    if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) found.incarnation = 0;
    return std::optional(found);
}

/// Makes a database that was made by others this tenant's. Whoever comes second finds it done.
[[nodiscard]] inline Result<void> bind_database(sqlite::Connection& connection, std::uint64_t incarnation)
{
    auto transaction = sqlite::Transaction::begin(connection, sqlite::Behaviour::immediate);
    if (!transaction) return fail(std::move(transaction).error());
    auto found = read_identity(connection);
    if (!found) return fail(std::move(found).error());
    if (*found) return {};
    if (auto made = make_identity(connection, incarnation); !made) return made;
    return transaction->commit();
}

} // namespace tenantry::detail
