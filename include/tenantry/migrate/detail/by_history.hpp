// Brings a database to its declaration by the revisions of a history that it has not run yet.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/apply.hpp>
#include <tenantry/migrate/detail/automatic.hpp>
#include <tenantry/migrate/detail/fit.hpp>
#include <tenantry/migrate/detail/mark.hpp>
#include <tenantry/migrate/diff.hpp>
#include <tenantry/migrate/history.hpp>
#include <tenantry/migrate/ledger.hpp>
#include <tenantry/migrate/migrated.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry::migrate {

/// What a database lacks of a history.
struct HistoryAssessment {
    std::int64_t mark = 0;
    bool is_current = false; ///< by its mark
    bool is_empty = false;
    bool is_newer = false; ///< has run revisions that the history does not know
    Ledger ledger{};
    /// Of a database that is older than the first revision, which is `included` then: what brings it there.
    std::optional<Plan> to_first{};
    std::vector<const Revision*> included{}; ///< found in the database, and not in its ledger yet
    std::vector<const Revision*> pending{};
    std::vector<std::string> tolerated{}; ///< of a newer one
    std::vector<std::string> misfits{};   ///< of a newer one: what keeps rows from being written

    /// What the database is at: its last revision, or the declaration that it was brought to before there were any.
    [[nodiscard]] std::string at() const;

    /// Does the next step need a `RebuildMode`?
    [[nodiscard]] bool rebuilds() const noexcept
    {
        return to_first || (!pending.empty() && pending.front()->rebuilds());
    }
};

} // namespace tenantry::migrate

namespace tenantry::detail {

std::string last_revision(const migrate::Ledger& ledger);

// A row that the history does not know is a newer program's, unless something the history knows was run after it.
bool is_of_newer_program(const migrate::Ledger& ledger, std::size_t index, const History& history);

// Has it anything besides `states[n]` that an earlier state has? Then the revision that removes it has not run.
bool has_earlier(const migrate::Plan& plan, const std::vector<migrate::SchemaModel>& states, std::size_t n);

// Of states that are the same as this one it is the first, so that what leaves no trace in the schema, a revision that
// changes only data, is run.
std::size_t first_alike(const std::vector<migrate::SchemaModel>& states, std::size_t n);

// The history's state that the database is in: its own, or the one of which it has least besides, which must be another's.
// None: it is in none of them.
std::optional<std::size_t> find_state(const migrate::SchemaModel& live,
                                      const std::vector<migrate::SchemaModel>& states);

// Is it of a declaration that a newer program has changed since?
bool is_at_earlier_declaration(const migrate::Ledger& ledger, const SchemaInfo& declared);

// What a database has that revision 1 has not, and a later one makes: `"column note.colour"`; empty: nothing.
std::string made_later(const migrate::SchemaModel& live, const std::vector<migrate::SchemaModel>& states);

// Where a database that has run no revision begins, and what brings it there: its schema tells.
Result<void> find_beginning(sqlite::Connection& connection, const SchemaInfo& declared,
                            const History& history, migrate::HistoryAssessment& found);

// What brings a database that is older than the first revision there. errc::history_mismatch where it is not known to be
// older.
Result<migrate::Plan> plan_to_first(const migrate::HistoryAssessment& found, const SchemaInfo& declared,
                                    const migrate::SchemaModel& live,
                                    const std::vector<migrate::SchemaModel>& states);

Result<migrate::HistoryAssessment> assess(sqlite::Connection& connection, const SchemaInfo& declared,
                                          const History& history);

migrate::LedgerRow ledger_row(const Revision& revision, migrate::LedgerKind kind);

// Do declared rows fit? In the transaction of the last revision.
Result<void> check_fit(sqlite::Connection& connection, const SchemaInfo& declared);

Result<void> set_mark(sqlite::Connection& connection, const migrate::HistoryAssessment& found,
                      std::int32_t mark);

// One step, in the transaction that is open: true if there is nothing more to do.
Result<bool> take_step(sqlite::Connection& connection, const SchemaInfo& declared, const History& history,
                       migrate::HistoryAssessment& found, Migrated& report);

} // namespace tenantry::detail

namespace tenantry::migrate {

/// Brings the database to its declaration by the history; see `ensure_schema`. Each revision is a transaction of its
/// own, so that a failing one leaves the database at the one before. So is what brings an older database to the first one.
[[nodiscard]] Result<Migrated> migrate_by_history(sqlite::Connection& connection, const SchemaInfo& declared,
                                                  const History& history);

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/by_history.ipp>
#endif
