// The table in which a tenant's database keeps what has been done to its schema, and when.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/timestamp.hpp>
#include <tenantry/core/version.hpp>
#include <tenantry/migrate/introspect.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::migrate {

/// How a row came into the ledger.
enum class LedgerKind {
    automatic, ///< the database was brought to a declaration without a history
    revision,  ///< a revision of a history was run
    included,  ///< a revision whose changes were there already: of a new tenant, or found in an existing one
    adopted,   ///< a database of another's making was taken as it is; its user_version stays its own
};

/// The enumerator's name.
[[nodiscard]] std::string_view to_string(LedgerKind kind) noexcept;

/// One line: what was done to the database, and when.
struct LedgerRow {
    /// What it tells of.
    LedgerKind kind = LedgerKind::automatic;
    std::optional<std::int64_t> revision{}; ///< its number, of a history's
    /// The revision's name, or what else was done.
    std::string name{};
    std::string checksum{};  ///< of the revision; of the declaration where there is no history
    bool compatible = false; ///< programs that do not know the revision may go on
    /// When it was done.
    Timestamp applied_at{};
    /// How long it took.
    std::chrono::microseconds duration{};
    std::string library{}; ///< tenantry's version
};

/// What was done to a database, as it says itself.
class Ledger {
public:
    /// Has the database a ledger?
    [[nodiscard]] static Result<bool> exists(sqlite::Connection& connection);

    /// What the database holds; `exists` is false where it has no ledger.
    [[nodiscard]] static Result<Ledger> read(sqlite::Connection& connection);

    /// The same where it is known that there is one.
    [[nodiscard]] static Result<Ledger> read_there(sqlite::Connection& connection);

    [[nodiscard]] bool exists() const noexcept { return exists_; }
    /// All lines, in the order in which they were written.
    [[nodiscard]] const std::vector<LedgerRow>& rows() const noexcept { return rows_; }

    /// Was the database made by others, who use `user_version` for themselves?
    [[nodiscard]] bool is_adopted() const noexcept;
    /// Whether revisions were run here, or counted as run.
    [[nodiscard]] bool has_history() const noexcept;

    /// Adds a row in the transaction that is open, and makes the table where there is none.
    [[nodiscard]] Result<void> add(sqlite::Connection& connection, LedgerRow row);

private:
    bool exists_ = false;
    std::vector<LedgerRow> rows_;
};

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/ledger.ipp>
#endif
