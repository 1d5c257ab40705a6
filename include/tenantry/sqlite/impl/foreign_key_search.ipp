#pragma once

#include <algorithm>
#include <utility>

#include <tenantry/core/detail/raised.hpp>
#include <tenantry/sqlite/detail/connection_state.hpp>
#include <tenantry/sqlite/detail/foreign_key_search.hpp>

namespace tenantry::detail {

// A search that was told of no rows ends when it has taken some ten milliseconds of SQLite's machine.
class SearchBudget {
public:
    explicit SearchBudget(ConnectionState& state) noexcept : state_(state)
    {
        sqlite3_progress_handler(state.db, steps, &is_spent, &left_);
    }
    SearchBudget(const SearchBudget&) = delete;
    SearchBudget& operator=(const SearchBudget&) = delete;
    ~SearchBudget()
    {
        if (state_.is_watched)
            sqlite3_progress_handler(state_.db, steps, &ConnectionState::must_end, &state_);
        else
            sqlite3_progress_handler(state_.db, 0, nullptr, nullptr);
    }

private:
    static constexpr int steps = 1000;

    static int is_spent(void* context) noexcept
    {
        int& left = *static_cast<int*>(context);
        return --left < 0 ? 1 : 0;
    }

    ConnectionState& state_;
    int left_ = 1000;
};

inline bool is_same_name(const std::string& a, const std::string& b) noexcept
{
    return sqlite3_stricmp(a.c_str(), b.c_str()) == 0;
}

inline std::string sql_name(std::string_view name)
{
    std::string text = "\"";
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text += '"';
}

inline std::string column_text(sqlite3_stmt* stmt, int column)
{
    const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(stmt, column));
    return text != nullptr ? text : "";
}

// Whether the query gives a row for one of them.
inline bool finds_one(sqlite3_stmt* query, const std::vector<std::int64_t>& rowids) noexcept
{
    for (const std::int64_t rowid : rowids) {
        sqlite3_reset(query);
        sqlite3_bind_int64(query, 1, rowid);
        if (sqlite3_step(query) == SQLITE_ROW) return true;
    }
    return false;
}

TENANTRY_DECL ForeignKeySearch::ForeignKeySearch(ConnectionState& state) noexcept
    : state_(state), db_(state.db)
{}

TENANTRY_DECL std::optional<Constraint> ForeignKeySearch::find_by_repeating(sqlite3_stmt* failed)
{
    // A tenant's log is begun by nothing that does not call the hook.
    const bool alone = sqlite3_get_autocommit(db_) != 0;
    if (alone && state_.begin_hook != nullptr) return std::nullopt;
    const auto last_rowid = sqlite3_last_insert_rowid(db_);
    const auto changes = sqlite3_total_changes64(db_);
    if (alone) {
        sqlite3_busy_timeout(db_, 0);
        const bool begun = run("BEGIN IMMEDIATE");
        sqlite3_busy_timeout(db_, state_.busy_timeout);
        if (!begun) return std::nullopt;
    } else if (!run("SAVEPOINT tenantry_again")) {
        return std::nullopt;
    }
    std::optional<Constraint> found;
    const bool deferred_before = defers();
    try {
        if (set_deferring(true)) {
            const OwnedStatement again = copy_of(failed);
            Written written;
            sqlite3_update_hook(db_, &note_row, &written);
            int code = SQLITE_ERROR;
            do code = sqlite3_step(again.get());
            while (code == SQLITE_ROW);
            sqlite3_update_hook(db_, nullptr, nullptr);
            if (code == SQLITE_DONE) found = find_by(written);
        }
    } catch (...) { // no memory to find more
    }
    if (alone) {
        (void)run("ROLLBACK");
    } else if (sqlite3_get_autocommit(db_) == 0) {
        const bool undone = run("ROLLBACK TO tenantry_again");
        if (!deferred_before) (void)set_deferring(false);
        // What cannot be taken back alone must not be committed by others.
        if (!undone || !run("RELEASE tenantry_again")) (void)run("ROLLBACK");
    }
    sqlite3_set_last_insert_rowid(db_, last_rowid);
    state_.repeated_changes += sqlite3_total_changes64(db_) - changes;
    return found;
}

TENANTRY_DECL std::optional<Constraint> ForeignKeySearch::find_deferred()
{
    std::vector<ForeignKeyInfo> all = keys_of(nullptr);
    std::vector<const ForeignKeyInfo*> candidates;
    for (ForeignKeyInfo& key : all)
        if (key.may_be_deferred && complete(key)) candidates.push_back(&key);
    if (candidates.empty()) // PRAGMA defer_foreign_keys
        for (ForeignKeyInfo& key : all)
            if (complete(key)) candidates.push_back(&key);
    return search(candidates);
}

TENANTRY_DECL void ForeignKeySearch::note_row(void* context, int, const char*, const char* table,
                                              sqlite3_int64 row) noexcept
{
    constexpr std::size_t most = 1000;
    auto& written = *static_cast<Written*>(context);
    try {
        const auto known = std::find_if(written.tables.begin(), written.tables.end(),
                                        [table](const WrittenTable& each) { return each.name == table; });
        WrittenTable& here =
            known != written.tables.end() ? *known : written.tables.emplace_back(WrittenTable{table, {}});
        written.is_whole = written.is_whole && written.rows < most;
        if (!written.is_whole) return;
        here.rows.push_back(row);
        ++written.rows;
    } catch (...) {
        written.is_whole = false;
    }
}

TENANTRY_DECL ForeignKeySearch::OwnedStatement ForeignKeySearch::prepare(
    const std::string& sql) const noexcept
{
    sqlite3_stmt* stmt = nullptr;
    sqlite3_prepare_v2(db_, sql.c_str(), -1, &stmt, nullptr);
    return OwnedStatement(stmt);
}

TENANTRY_DECL bool ForeignKeySearch::run(const char* sql) const noexcept
{
    return sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

TENANTRY_DECL ForeignKeySearch::OwnedStatement ForeignKeySearch::copy_of(sqlite3_stmt* failed) const
{
    struct Freer {
        void operator()(char* text) const noexcept { sqlite3_free(text); }
    };
    constexpr int most = 1'000'000;
    const int limit = sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, most);
    if (limit < most) sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, limit);
    const std::unique_ptr<char, Freer> text(sqlite3_expanded_sql(failed));
    sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, limit);
    return text ? prepare(text.get()) : nullptr;
}

TENANTRY_DECL bool ForeignKeySearch::defers() const noexcept
{
    sqlite3_stmt* stmt = nullptr;
    sqlite3_prepare_v2(db_, "PRAGMA defer_foreign_keys", -1, &stmt, nullptr);
    const OwnedStatement owner(stmt);
    return sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0) != 0;
}

// Takes effect when it is prepared. If it were run, SQLite would prepare all the connection's other statements again, and end some
// that are running.
TENANTRY_DECL bool ForeignKeySearch::set_deferring(bool on) const noexcept
{
    sqlite3_stmt* stmt = nullptr;
    sqlite3_prepare_v2(db_, on ? "PRAGMA defer_foreign_keys=1" : "PRAGMA defer_foreign_keys=0", -1, &stmt,
                       nullptr);
    sqlite3_finalize(stmt);
    return defers() == on;
}

TENANTRY_DECL std::vector<ForeignKeyInfo> ForeignKeySearch::keys_of(const std::string* table) const
{
    std::vector<ForeignKeyInfo> keys;
    const OwnedStatement rows = prepare(
        table != nullptr
            ? "SELECT ?1, seq, \"table\", \"from\", \"to\", 0 FROM pragma_foreign_key_list(?1) ORDER BY id, seq"
            : "SELECT t.name, k.seq, k.\"table\", k.\"from\", k.\"to\", t.sql LIKE '%DEFERRED%' "
              "FROM main.sqlite_schema AS t, pragma_foreign_key_list(t.name) AS k WHERE t.type = 'table' "
              "AND t.sql LIKE '%REFERENCES%' ORDER BY t.name, k.id, k.seq");
    if (table != nullptr) sqlite3_bind_text(rows.get(), 1, table->c_str(), -1, SQLITE_STATIC);
    while (sqlite3_step(rows.get()) == SQLITE_ROW) {
        if (sqlite3_column_int(rows.get(), 1) == 0) {
            ForeignKeyInfo& key = keys.emplace_back();
            key.table = column_text(rows.get(), 0);
            key.parent = column_text(rows.get(), 2);
            key.may_be_deferred = sqlite3_column_int(rows.get(), 5) != 0;
        }
        keys.back().columns.push_back(column_text(rows.get(), 3));
        if (sqlite3_column_type(rows.get(), 4) != SQLITE_NULL)
            keys.back().parent_columns.push_back(column_text(rows.get(), 4));
    }
    return keys;
}

TENANTRY_DECL bool ForeignKeySearch::complete(ForeignKeyInfo& key) const
{
    if (key.parent_columns.empty()) key.parent_columns = primary_key_of(key.parent);
    return key.parent_columns.size() == key.columns.size();
}

TENANTRY_DECL std::vector<std::string> ForeignKeySearch::primary_key_of(const std::string& table) const
{
    std::vector<std::string> names;
    const OwnedStatement rows = prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk");
    sqlite3_bind_text(rows.get(), 1, table.c_str(), -1, SQLITE_STATIC);
    while (sqlite3_step(rows.get()) == SQLITE_ROW) names.push_back(column_text(rows.get(), 0));
    return names;
}

inline Constraint as_constraint(const ForeignKeyInfo& key, ForeignKeySide side)
{
    return {.kind = ConstraintKind::foreign_key,
            .side = side,
            .table = key.table,
            .columns = key.columns,
            .name = {},
            .parent = key.parent,
            .parent_columns = key.parent_columns};
}

TENANTRY_DECL std::optional<Constraint> ForeignKeySearch::find_by(const Written& written) const
{
    // Mostly a row was written that refers to none, and then the keys of few tables need to be known.
    for (const WrittenTable& table : written.tables)
        for (ForeignKeyInfo& key : keys_of(&table.name))
            if (complete(key) && is_violated(key, &table.rows))
                return as_constraint(key, ForeignKeySide::child);

    const auto rows_of = [&](const std::string& table) -> const std::vector<std::int64_t>* {
        for (const WrittenTable& each : written.tables)
            if (is_same_name(each.name, table)) return &each.rows;
        return nullptr;
    };
    std::vector<ForeignKeyInfo> keys = keys_of(nullptr);
    std::vector<const ForeignKeyInfo*> candidates;
    for (ForeignKeyInfo& key : keys) {
        const auto* const removed = rows_of(key.parent);
        // Besides parents there are tables without rowids, of which nothing is noted, and very many rows.
        const bool may_be = removed != nullptr || !has_rowid(key.table) || !has_rowid(key.parent) ||
                            (!written.is_whole && rows_of(key.table) != nullptr);
        if (!may_be || !complete(key)) continue;
        if (removed != nullptr && refers_to_rowid(key) && refers_to_removed(key, *removed))
            return as_constraint(key, ForeignKeySide::parent);
        candidates.push_back(&key); // its parent's key is not the rowid, or was changed
    }
    auto found = search(candidates);
    if (found && rows_of(found->parent) != nullptr && rows_of(found->table) == nullptr)
        found->side = ForeignKeySide::parent;
    else if (found && rows_of(found->parent) == nullptr && has_rowid(found->parent))
        found->side = ForeignKeySide::child;
    return found;
}

TENANTRY_DECL std::optional<Constraint> ForeignKeySearch::search(
    const std::vector<const ForeignKeyInfo*>& keys) const
{
    if (keys.size() == 1) return as_constraint(*keys.front(), ForeignKeySide::unknown);
    const SearchBudget budget(state_);
    for (const ForeignKeyInfo* key : keys)
        if (is_violated(*key, nullptr)) return as_constraint(*key, ForeignKeySide::unknown);
    return std::nullopt;
}

TENANTRY_DECL bool ForeignKeySearch::is_violated(const ForeignKeyInfo& key,
                                                 const std::vector<std::int64_t>* among) const
{
    std::string refers = "SELECT 1 FROM main." + sql_name(key.table) + " AS c WHERE ";
    std::string equals;
    if (among != nullptr) refers += "c._rowid_ = ?1 AND ";
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const std::string column = "c." + sql_name(key.columns[i]);
        refers.append(column).append(" IS NOT NULL AND ");
        equals.append(i == 0 ? "p." : " AND p.").append(sql_name(key.parent_columns[i]));
        equals.append(" = ").append(column);
    }
    refers += "NOT EXISTS (SELECT 1 FROM main." + sql_name(key.parent) + " AS p WHERE " + equals + ")";
    if (among == nullptr && has_rowid(key.table)) refers += " ORDER BY c._rowid_ DESC";
    const OwnedStatement rows = prepare(refers + " LIMIT 1");
    return among != nullptr ? finds_one(rows.get(), *among) : sqlite3_step(rows.get()) == SQLITE_ROW;
}

TENANTRY_DECL bool ForeignKeySearch::refers_to_removed(const ForeignKeyInfo& key,
                                                       const std::vector<std::int64_t>& parents) const
{
    const OwnedStatement rows =
        prepare("SELECT 1 FROM main." + sql_name(key.table) + " AS c WHERE c." +
                sql_name(key.columns.front()) + " = ?1 AND NOT EXISTS (SELECT 1 FROM main." +
                sql_name(key.parent) + " AS p WHERE p._rowid_ = ?1) LIMIT 1");
    return finds_one(rows.get(), parents);
}

TENANTRY_DECL bool ForeignKeySearch::refers_to_rowid(const ForeignKeyInfo& key) const
{
    if (key.parent_columns.size() != 1 || !has_rowid(key.parent)) return false;
    const std::vector<std::string> primary_key = primary_key_of(key.parent);
    if (primary_key.size() != 1 || !is_same_name(primary_key.front(), key.parent_columns.front()))
        return false;
    const char* type = nullptr;
    sqlite3_table_column_metadata(db_, "main", key.parent.c_str(), primary_key.front().c_str(), &type,
                                  nullptr, nullptr, nullptr, nullptr);
    return type != nullptr && sqlite3_stricmp(type, "INTEGER") == 0;
}

TENANTRY_DECL bool ForeignKeySearch::has_rowid(const std::string& table) const noexcept
{
    return sqlite3_table_column_metadata(db_, "main", table.c_str(), "_rowid_", nullptr, nullptr, nullptr,
                                         nullptr, nullptr) == SQLITE_OK;
}

inline std::string list_of(const std::string& table, const std::vector<std::string>& columns)
{
    std::string text = table;
    for (std::size_t i = 0; i < columns.size(); ++i) text.append(i == 0 ? " (" : ", ").append(columns[i]);
    return text += ')';
}

inline std::string foreign_key_text(const Constraint& key)
{
    const std::string child = list_of(key.table, key.columns);
    const std::string parent = list_of(key.parent, key.parent_columns);
    const std::string text = "FOREIGN KEY constraint failed: ";
    switch (key.side) {
    case ForeignKeySide::child: return text + child + " refers to no row of " + parent;
    case ForeignKeySide::parent: return text + child + " still refers to that row of " + parent;
    case ForeignKeySide::unknown: break;
    }
    return text + child + " refers to " + parent;
}

TENANTRY_DECL void name_foreign_key(ConnectionState& state, sqlite3_stmt* failed, Error& error) noexcept
{
    const bool at_end = failed == nullptr || sqlite3_stmt_readonly(failed) != 0;
    if (!at_end && state.privileged != 0) return; // the library's own
    try {
        const tenantry::detail::Raised privileged(state.privileged);
        const tenantry::detail::Raised calm(state.uninterruptible);
        ForeignKeySearch search(state);
        auto found = at_end ? search.find_deferred() : search.find_by_repeating(failed);
        if (!found) return;
        Error named(error.errc(), foreign_key_text(*found), error.sqlite_code());
        error = std::move(named.with_constraint(std::move(*found)));
    } catch (...) { // it is known that it was one, then, but not which
    }
}

} // namespace tenantry::detail
