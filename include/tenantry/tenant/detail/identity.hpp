// The row by which a database says which tenant's it is, and how far it is in its logs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::detail {

/// The one row of the table `_tenantry` in each tenant's database.
struct Identity {
    /// Of the tenant it was made for: as in `tenant.state`, in the same sixteen digits.
    std::uint64_t incarnation = 0;
    /// A random number that the first transaction of each write-ahead log sets; 0: there was none yet.
    std::int64_t epoch = 0;
    /// What the epoch was before.
    std::int64_t previous = 0;
};

/// Makes the table with its row, in the transaction that is open. In a new database before anything else: then its place in
/// the file stays the same for good.
[[nodiscard]] Result<void> make_identity(sqlite::Connection& connection, std::uint64_t incarnation);

/// The row; nullopt where the database has none: it was not made here, and no tenant has had it open.
[[nodiscard]] Result<std::optional<Identity>> read_identity(sqlite::Connection& connection);

/// As `read_identity`, from a b-tree page that has the one row alone (https://sqlite.org/fileformat2.html#b_tree_pages); nullopt
/// where it is no such page.
[[nodiscard]] std::optional<Identity> identity_on_page(std::span<const unsigned char> page);

/// The row as it is in the file alone, where that has it on the page on which it is now.
[[nodiscard]] std::optional<Identity> identity_in_file(sqlite::Connection& connection);

/// Sets a new epoch, in the transaction that is open: a number that nobody can guess.
///
/// The first page is written too, though nothing in it changes: it has the schema's number, by which what VACUUM INTO has made
/// of the same tenant is told apart (see BoundLog).
[[nodiscard]] Result<void> set_epoch(sqlite::Connection& connection);

// The epoch is in the file, where some of the log is.
[[nodiscard]] bool epoch_is_in_file(sqlite::Connection& connection);

/// The first transaction of each log sets an epoch, in whichever process it is and whatever it does, and so does the first one after some
/// of the log was written back: for `Connection::set_begin_hook`. The epoch before is in the file then. At every other time it
/// is not sure to be, and one that is set might be the second one that the file has not heard of.
[[nodiscard]] Result<void> begin_epoch(sqlite::Connection& connection);

/// For what cannot be done in a `Transaction`, right before it.
[[nodiscard]] Result<void> begin_log(sqlite::Connection& connection);

/// Makes a database that was made by others this tenant's. A second caller finds it done.
[[nodiscard]] Result<void> bind_database(sqlite::Connection& connection, std::uint64_t incarnation);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/identity.ipp>
#endif
