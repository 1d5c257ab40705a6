#include <sqlite3.h>

#include <vector>

#include "../harness.hpp"
#include "side.hpp"

namespace bench {

namespace {

constexpr const char* tables =
    "CREATE TABLE config (tenant TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, updated_at INTEGER NOT NULL, "
    "PRIMARY KEY (tenant, key)) STRICT;"
    "CREATE TABLE audit_log (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, module TEXT NOT NULL, action TEXT NOT NULL, "
    "target TEXT, status TEXT NOT NULL CHECK (status = 'pending' OR status = 'running' OR status = 'done' OR "
    "status = 'failed'), duration_ms INTEGER, at INTEGER NOT NULL) STRICT;";

constexpr const char* indexes_of(Indexes indexes)
{
    return indexes == Indexes::tenant_first ? "CREATE INDEX idx_audit_ts ON audit_log (tenant, at DESC)"
                                            : "CREATE INDEX idx_audit_ts ON audit_log (at DESC);"
                                              "CREATE INDEX idx_audit_tenant ON audit_log (tenant)";
}

// The C API as a careful programmer uses it: statements are prepared once and kept.
class SharedSqlite final : public Side {
public:
    SharedSqlite(const std::filesystem::path& directory, Lasting lasting, Indexes indexes)
    {
        const auto path = directory / "shared.db";
        check(sqlite3_open_v2(path.c_str(), &db_,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr));
        // A cache that is larger than a tenant's own, since one connection serves all.
        execute(
            "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=1; PRAGMA temp_store=2; PRAGMA cache_size=-65536");
        execute(lasting == Lasting::power_loss ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
        execute(tables);
        execute(indexes_of(indexes));
    }
    ~SharedSqlite() override
    {
        for (sqlite3_stmt* stmt : {latest_, insert_, update_, count_}) sqlite3_finalize(stmt);
        sqlite3_close(db_);
    }
    SharedSqlite(const SharedSqlite&) = delete;
    SharedSqlite& operator=(const SharedSqlite&) = delete;

    void fill(int tenants, std::int64_t entries) override
    {
        execute("BEGIN");
        for (std::int64_t i = 0; i < entries; ++i) insert(static_cast<int>(i % tenants), entry(i));
        execute("COMMIT");
    }

    std::size_t latest(int tenant) override
    {
        sqlite3_stmt* const stmt = prepare(
            latest_,
            "SELECT id, module, action, target, status, duration_ms, at FROM audit_log WHERE tenant = ? "
            "ORDER BY at DESC LIMIT 100");
        const std::string owner = name(tenant);
        bind(stmt, 1, owner);
        std::vector<AuditLog> rows;
        while (sqlite3_step(stmt) == SQLITE_ROW) {
            AuditLog& row = rows.emplace_back();
            row.module = text(stmt, 1);
            row.action = text(stmt, 2);
            if (sqlite3_column_type(stmt, 3) != SQLITE_NULL) row.target = text(stmt, 3);
            const std::string status = text(stmt, 4);
            for (std::size_t n = 0; n < std::size(status_names); ++n)
                if (status == status_names[n]) row.status = static_cast<Status>(n);
            if (sqlite3_column_type(stmt, 5) != SQLITE_NULL) row.duration_ms = sqlite3_column_int64(stmt, 5);
            row.at = Timestamp(std::chrono::milliseconds(sqlite3_column_int64(stmt, 6)));
        }
        check(sqlite3_reset(stmt));
        return rows.size();
    }

    void insert(int tenant, const AuditLog& row) override
    {
        sqlite3_stmt* const stmt =
            prepare(insert_, "INSERT INTO audit_log(tenant, module, action, target, status, duration_ms, at) "
                             "VALUES (?, ?, ?, ?, ?, ?, ?)");
        const std::string owner = name(tenant);
        bind(stmt, 1, owner);
        bind(stmt, 2, row.module);
        bind(stmt, 3, row.action);
        if (row.target)
            bind(stmt, 4, *row.target);
        else
            check(sqlite3_bind_null(stmt, 4));
        check(sqlite3_bind_text(stmt, 5, status_names[static_cast<std::size_t>(row.status)], -1,
                                SQLITE_STATIC));
        if (row.duration_ms)
            check(sqlite3_bind_int64(stmt, 6, *row.duration_ms));
        else
            check(sqlite3_bind_null(stmt, 6));
        check(sqlite3_bind_int64(stmt, 7, row.at.time_since_epoch().count()));
        finish(stmt);
    }

    void update(int tenant, const Config& row) override
    {
        sqlite3_stmt* const stmt =
            prepare(update_, "INSERT INTO config(tenant, key, value, updated_at) VALUES (?, ?, ?, ?) "
                             "ON CONFLICT (tenant, key) DO UPDATE SET value = excluded.value, "
                             "updated_at = excluded.updated_at");
        const std::string owner = name(tenant);
        bind(stmt, 1, owner);
        bind(stmt, 2, row.key);
        bind(stmt, 3, row.value);
        check(sqlite3_bind_int64(stmt, 4, row.updated_at.time_since_epoch().count()));
        finish(stmt);
    }

    std::int64_t count_failed() override
    {
        sqlite3_stmt* const stmt = prepare(count_, "SELECT count(*) FROM audit_log WHERE status = 'failed'");
        if (sqlite3_step(stmt) != SQLITE_ROW) give_up(sqlite3_errmsg(db_));
        const std::int64_t found = sqlite3_column_int64(stmt, 0);
        check(sqlite3_reset(stmt));
        return found;
    }

private:
    static std::string name(int tenant) { return "tenant-" + std::to_string(tenant); }

    void check(int code) const
    {
        if (code != SQLITE_OK) give_up(db_ != nullptr ? sqlite3_errmsg(db_) : sqlite3_errstr(code));
    }
    void execute(const char* sql) const { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
    sqlite3_stmt* prepare(sqlite3_stmt*& stmt, const char* sql) const
    {
        if (stmt == nullptr)
            check(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr));
        return stmt;
    }
    void bind(sqlite3_stmt* stmt, int at, const std::string& value) const
    {
        check(sqlite3_bind_text(stmt, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
    }
    static std::string text(sqlite3_stmt* stmt, int at)
    {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(stmt, at));
        return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(stmt, at)));
    }
    void finish(sqlite3_stmt* stmt) const
    {
        if (sqlite3_step(stmt) != SQLITE_DONE) give_up(sqlite3_errmsg(db_));
        check(sqlite3_reset(stmt));
    }

    sqlite3* db_ = nullptr;
    sqlite3_stmt* latest_ = nullptr; // prepared when they are first used
    sqlite3_stmt* insert_ = nullptr;
    sqlite3_stmt* update_ = nullptr;
    sqlite3_stmt* count_ = nullptr;
};

} // namespace

std::unique_ptr<Side> shared_sqlite(const std::filesystem::path& directory, Lasting lasting, Indexes indexes)
{
    std::filesystem::create_directories(directory);
    return std::make_unique<SharedSqlite>(directory, lasting, indexes);
}

} // namespace bench
