// Carries a plan out, or says which rows stand in its way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/detail/sql_text.hpp>
#include <tenantry/migrate/introspect.hpp>
#include <tenantry/migrate/plan.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry::migrate {

/// While it lives, foreign keys are not enforced and ALTER TABLE ... RENAME leaves other objects' texts alone: both
/// are needed to put a new table in an old one's place (https://sqlite.org/lang_altertable.html#otheralter). Begins
/// before the transaction and ends after it.
class RebuildMode {
public:
    explicit RebuildMode(sqlite::Connection& connection) noexcept
        : db_(connection.native_handle()),
          foreign_keys_(swap(SQLITE_DBCONFIG_ENABLE_FKEY, 0)),
          legacy_rename_(swap(SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, 1))
    {}
    RebuildMode(const RebuildMode&) = delete;
    RebuildMode& operator=(const RebuildMode&) = delete;
    ~RebuildMode();

    /// Whether ALTER TABLE ... RENAME changes other objects' texts after all, from now on.
    void follow_renames(bool follow) noexcept { swap(SQLITE_DBCONFIG_LEGACY_ALTER_TABLE, follow ? 0 : 1); }

private:
    int swap(int option, int wanted) noexcept;

    sqlite3* db_;
    int foreign_keys_;
    int legacy_rename_;
};

/// Rows that a step would lose, or that a new constraint does not allow.
struct ConflictingRows {
    std::string step; ///< `"rebuild table config"`
    std::string what; ///< what is so of these rows
    /// How many there are.
    std::int64_t count = 0;
    std::vector<std::string> first_keys{}; ///< primary keys as SQL literals, or rowids; some of them
};

/// `"3 rows of config where ... (keys 'a', 'b', 'c')"`
[[nodiscard]] std::string to_string(const ConflictingRows& conflicts);

} // namespace tenantry::migrate

namespace tenantry::detail {

inline constexpr std::size_t keys_told = 5;

// SQLite not accepting a statement, or what it computes with the values of a row.
[[nodiscard]] inline bool is_refused_statement(const Error& error) noexcept
{
    return error == errc::invalid_sql || (error.sqlite_code() & 0xff) == SQLITE_ERROR;
}

// Counts the rows, and takes the first ones' texts from the given column.
Result<void> gather(sqlite::Connection& connection, const std::string& sql, int column,
                    migrate::ConflictingRows& found);

// `sqlite` is what SQLite said, where it was asked.
Error refused(const migrate::Plan& plan, const std::vector<migrate::ConflictingRows>& conflicts,
              const Error* sqlite = nullptr);

Result<void> run_steps(sqlite::Connection& connection, const migrate::Plan& plan);

Result<std::vector<migrate::ConflictingRows>> dangling(sqlite::Connection& connection,
                                                       const std::vector<std::string>& tables);

} // namespace tenantry::detail

namespace tenantry::migrate {

/// Asks the database which rows stand in the plan's way; none: it loses nothing. Only reads. `all`: also asks what
/// SQLite itself would refuse.
[[nodiscard]] Result<std::vector<ConflictingRows>> find_conflicting_rows(sqlite::Connection& connection,
                                                                         const Plan& plan, bool all = true);

/// Applies the plan in the transaction that is open; with `Plan::rebuilds()` under a `RebuildMode`. Whole or not at
/// all: after an error the transaction is as it was.
///
/// Errors: destructive_migration (with the plan, and how many rows stand in its way, and which are the first),
/// migration_failed (the plan has problems, or SQLite does not accept a step), and those of input and output.
[[nodiscard]] Result<void> apply(sqlite::Connection& connection, const Plan& plan);

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/apply.ipp>
#endif
