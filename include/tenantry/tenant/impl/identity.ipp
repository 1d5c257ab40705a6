#pragma once

#include <tenantry/tenant/detail/identity.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <tenantry/core/detail/random.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>
#include <tenantry/sqlite/detail/raw_file.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry::detail {

TENANTRY_DECL Result<void> make_identity(sqlite::Connection& connection, std::uint64_t incarnation)
{
    return connection.execute("CREATE TABLE main._tenantry ("
                              "\n    incarnation TEXT NOT NULL,"
                              "\n    epoch INTEGER NOT NULL,"
                              "\n    previous INTEGER NOT NULL\n) STRICT;"
                              "INSERT INTO main._tenantry VALUES ('" +
                              hex(incarnation) + "', 0, 0)");
}

TENANTRY_DECL Result<std::optional<Identity>> read_identity(sqlite::Connection& connection)
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

TENANTRY_DECL std::optional<Identity> identity_on_page(std::span<const unsigned char> page)
{
    std::size_t at = 0;
    bool fits = true;
    const auto byte = [&]() -> std::uint64_t {
        fits = fits && at < page.size();
        return fits ? page[at++] : 0;
    };
    const auto number = [&](int bytes) {
        std::uint64_t value = 0;
        while (bytes-- > 0) value = value << 8U | byte();
        return value;
    };
    const auto varint = [&] {
        std::uint64_t value = 0;
        for (int n = 0; n < 9; ++n) {
            const auto next = byte();
            if (n == 8) return value << 8U | next;
            value = value << 7U | (next & 0x7fU);
            if ((next & 0x80U) == 0) break;
        }
        return value;
    };
    // An INTEGER, as its serial type says.
    const auto integer = [&](std::uint64_t type) -> std::int64_t {
        constexpr std::array<int, 7> sizes{0, 1, 2, 3, 4, 6, 8};
        if (type == 8 || type == 9) return static_cast<std::int64_t>(type) - 8;
        fits = fits && type >= 1 && type < sizes.size();
        if (!fits) return 0;
        const int size = sizes[static_cast<std::size_t>(type)];
        const int unused = 64 - 8 * size;
        return static_cast<std::int64_t>(number(size) << unused) >> unused;
    };
    constexpr std::uint64_t leaf_of_table = 13;
    if (byte() != leaf_of_table) return std::nullopt;
    at = 3;
    if (number(2) != 1) return std::nullopt; // rows
    at = 8;
    at = static_cast<std::size_t>(number(2));
    (void)varint(); // bytes of it
    (void)varint(); // rowid
    const auto header = at;
    const auto header_size = varint();
    const auto text = varint();
    const auto epoch = varint();
    const auto previous = varint();
    constexpr std::uint64_t digits = 16;
    if (!fits || at - header != header_size || text != 13 + 2 * digits || at + digits > page.size())
        return std::nullopt;
    Identity found;
    const auto* const first = reinterpret_cast<const char*>(page.data() + at);
    const auto parsed = std::from_chars(first, first + digits, found.incarnation, 16);
    if (parsed.ec != std::errc() || parsed.ptr != first + digits) return std::nullopt;
    at += digits;
    found.epoch = integer(epoch);
    found.previous = integer(previous);
    return fits ? std::optional(found) : std::nullopt;
}

TENANTRY_DECL std::optional<Identity> identity_in_file(sqlite::Connection& connection)
{
    const auto size = connection.query_integer("PRAGMA main.page_size");
    const auto page = connection.query_integer("SELECT rootpage FROM main.sqlite_schema"
                                               " WHERE type = 'table' AND name = '_tenantry'");
    if (!size || !page || *size <= 0 || *page <= 0) return std::nullopt;
    std::vector<unsigned char> bytes(static_cast<std::size_t>(*size));
    const auto at = static_cast<std::uint64_t>(*page - 1) * static_cast<std::uint64_t>(*size);
    return sqlite::read_raw(connection, bytes, at) ? identity_on_page(bytes) : std::nullopt;
}

TENANTRY_DECL Result<void> set_epoch(sqlite::Connection& connection)
{
    const auto epoch = static_cast<std::int64_t>(random_number() >> 2U) + 1; // positive
    auto set =
        connection.execute("UPDATE main._tenantry SET previous = epoch, epoch = " + std::to_string(epoch));
    if (!set) return set;
    auto version = connection.query_integer("PRAGMA main.user_version");
    if (!version) return fail(std::move(version).error());
    return connection.execute("PRAGMA main.user_version=" + std::to_string(*version));
}

TENANTRY_DECL bool epoch_is_in_file(sqlite::Connection& connection)
{
    connection.remember_written_back();
    const auto in_file = identity_in_file(connection);
    if (!in_file) return false;
    const auto epoch = connection.query_integer("SELECT epoch FROM main._tenantry");
    return epoch && *epoch == in_file->epoch;
}

TENANTRY_DECL Result<void> begin_epoch(sqlite::Connection& connection)
{
    if (!connection.log_was_written_back()) return {};
    if (!connection.begins_log() && !epoch_is_in_file(connection)) return {};
    auto set = set_epoch(connection);
    // A database that has no such row was not made by this library: its logs are not known by it.
    if (!set && set.error() == errc::invalid_sql && connection.in_transaction()) return {};
    return set;
}

TENANTRY_DECL Result<void> begin_log(sqlite::Connection& connection)
{
    auto transaction = sqlite::Transaction::begin(connection, sqlite::Behaviour::immediate);
    return transaction ? transaction->commit() : fail(std::move(transaction).error());
}

TENANTRY_DECL Result<void> bind_database(sqlite::Connection& connection, std::uint64_t incarnation)
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
