// Which foreign key a write has violated: SQLite does not say, so it is found out afterwards.
//
// The statement is run once more, in a savepoint that is rolled back, with its keys checked only at the end (PRAGMA
// defer_foreign_keys). So it succeeds, and its result can be searched: for rows that it wrote and that have no parent, and for
// rows that refer to one that it removed. Of a transaction that cannot be committed for its deferred keys
// the tables are searched, the newest rows first.
//
// It costs nothing where nothing fails; where a key is violated, the statement's time once more and some queries by key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include <tenantry/core/constraint.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>

namespace tenantry::detail {

struct ConnectionState;

struct ForeignKeyInfo {
    std::string table;
    std::vector<std::string> columns;
    std::string parent;
    std::vector<std::string> parent_columns; // as many
    bool may_be_deferred = false;            // another one of the table may be meant
};

/// For one failure. Leaves the connection as it was, but for what the statement's own functions did when they were called again.
class ForeignKeySearch {
public:
    explicit ForeignKeySearch(ConnectionState& state) noexcept;

    /// Of a statement that has failed for a foreign key, whose values are bound still.
    [[nodiscard]] std::optional<Constraint> find_by_repeating(sqlite3_stmt* failed);

    /// Of an open transaction that cannot be committed as it is.
    [[nodiscard]] std::optional<Constraint> find_deferred();

private:
    struct Finalizer {
        void operator()(sqlite3_stmt* stmt) const noexcept { sqlite3_finalize(stmt); }
    };
    using OwnedStatement = std::unique_ptr<sqlite3_stmt, Finalizer>;

    // What a statement wrote to. Tables without rowids are not in it, nor rows that REPLACE took away.
    struct WrittenTable {
        std::string name;
        std::vector<std::int64_t> rows;
    };
    struct Written {
        std::vector<WrittenTable> tables;
        std::size_t rows = 0;
        bool is_whole = true; // false: there were more
    };

    // An update hook: https://sqlite.org/c3ref/update_hook.html.
    static void note_row(void* context, int, const char*, const char* table, sqlite3_int64 row) noexcept;

    [[nodiscard]] OwnedStatement prepare(const std::string& sql) const noexcept;
    [[nodiscard]] bool run(const char* sql) const noexcept;

    // The statement with its values, to be run apart from it. Null where they are too large for that.
    [[nodiscard]] OwnedStatement copy_of(sqlite3_stmt* failed) const;

    // Whether keys are asked for at the end of the transaction.
    [[nodiscard]] bool defers() const noexcept;
    [[nodiscard]] bool set_deferring(bool on) const noexcept;

    // Those of a table, or (nullptr) of all, without the columns of parents whose declared key is meant.
    [[nodiscard]] std::vector<ForeignKeyInfo> keys_of(const std::string* table) const;
    // Adds those. False: it is one that SQLite could not check either.
    [[nodiscard]] bool complete(ForeignKeyInfo& key) const;
    [[nodiscard]] std::vector<std::string> primary_key_of(const std::string& table) const;

    [[nodiscard]] std::optional<Constraint> find_by(const Written& written) const;
    [[nodiscard]] std::optional<Constraint> search(const std::vector<const ForeignKeyInfo*>& keys) const;

    // Is there a row that refers to none, among those with these rowids or (nullptr) anywhere?
    [[nodiscard]] bool is_violated(const ForeignKeyInfo& key, const std::vector<std::int64_t>* among) const;
    // Does a row refer to a parent that had one of these rowids?
    [[nodiscard]] bool refers_to_removed(const ForeignKeyInfo& key,
                                         const std::vector<std::int64_t>& parents) const;
    [[nodiscard]] bool refers_to_rowid(const ForeignKeyInfo& key) const;
    [[nodiscard]] bool has_rowid(const std::string& table) const noexcept;

    ConnectionState& state_;
    sqlite3* db_;
};

/// Says in `error`, which is about a foreign key, which one it was, if that is found out. `failed` is the statement: one that
/// wrote, or a COMMIT. Where it is null, it is asked for what keeps the open transaction from being committed.
void name_foreign_key(ConnectionState& state, sqlite3_stmt* failed, Error& error) noexcept;

} // namespace tenantry::detail
