#include "by_hand.hpp"

#include <array>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::array<const char*, 4> status_names{"pending", "running", "done", "failed"};

// As tenantry has it: with IN, SQLite would make a table of the four at each insert.
constexpr const char* tables =
    "BEGIN;"
    "CREATE TABLE config (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, updated_at INTEGER NOT NULL DEFAULT "
    "(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER))) STRICT;"
    "CREATE TABLE audit_log (id INTEGER PRIMARY KEY, module TEXT NOT NULL, action TEXT NOT NULL, target TEXT, status "
    "TEXT NOT NULL CHECK (status = 'pending' OR status = 'running' OR status = 'done' OR status = 'failed'), "
    "duration_ms INTEGER, at INTEGER NOT NULL) STRICT;"
    "CREATE INDEX idx_audit_ts ON audit_log (at DESC);"
    "CREATE TABLE queue (id INTEGER PRIMARY KEY, module TEXT NOT NULL, payload TEXT NOT NULL, status TEXT NOT NULL "
    "CHECK (status = 'pending' OR status = 'running' OR status = 'done' OR status = 'failed'), created_at INTEGER NOT "
    "NULL, processed_at INTEGER) STRICT;"
    "CREATE INDEX idx_queue_status ON queue (status, created_at);"
    "PRAGMA user_version = 1;"
    "COMMIT";

void execute(sqlite3* db, const char* sql)
{
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) give_up(sqlite3_errmsg(db));
}

void check(int code)
{
    if (code != SQLITE_OK) give_up(sqlite3_errstr(code));
}

void bind_text(sqlite3_stmt* stmt, int at, const std::string& text)
{
    check(sqlite3_bind_text(stmt, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC));
}

std::string text(sqlite3_stmt* stmt, int at)
{
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(stmt, at));
    return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(stmt, at)));
}

sqlite3* open(const std::filesystem::path& path, int more)
{
    sqlite3* db = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | more;
    if (sqlite3_open_v2(path.c_str(), &db, flags, nullptr) != SQLITE_OK)
        give_up("cannot open " + path.string());
    return db;
}

// The names in it.
void sync_directory(const std::filesystem::path& path)
{
    const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0 || ::fsync(directory) != 0) give_up("cannot sync " + path.string());
    ::close(directory);
}

} // namespace

void ByHand::create(const std::filesystem::path& path, bool durable)
{
    sqlite3* db = open(path, SQLITE_OPEN_CREATE);
    execute(db, durable ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
                        : "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF");
    execute(db, tables);
    check(sqlite3_close(db));
    if (!durable) return;
    sync_directory(path.parent_path());
    sync_directory(path.parent_path().parent_path());
}

ByHand::ByHand(const std::filesystem::path& path, Mode mode) : db_(open(path, 0))
{
    execute(db_, "PRAGMA foreign_keys=1; PRAGMA temp_store=2; PRAGMA cache_size=-512");
    execute(db_, mode == Mode::full ? "PRAGMA synchronous=2" : "PRAGMA synchronous=1");
}

ByHand ByHand::plain(const std::filesystem::path& path)
{
    ByHand made;
    if (sqlite3_open(path.c_str(), &made.db_) != SQLITE_OK) give_up("sqlite3_open");
    return made;
}

ByHand::ByHand(ByHand&& other) noexcept
    : db_(std::exchange(other.db_, nullptr)),
      insert_(std::exchange(other.insert_, nullptr)),
      upsert_(std::exchange(other.upsert_, nullptr)),
      lookup_(std::exchange(other.lookup_, nullptr)),
      latest_(std::exchange(other.latest_, nullptr)),
      total_(std::exchange(other.total_, nullptr)),
      begin_(std::exchange(other.begin_, nullptr)),
      commit_(std::exchange(other.commit_, nullptr))
{}

ByHand::~ByHand()
{
    for (sqlite3_stmt* stmt : {insert_, upsert_, lookup_, latest_, total_, begin_, commit_})
        sqlite3_finalize(stmt);
    sqlite3_close(db_);
}

sqlite3_stmt* ByHand::prepare(sqlite3_stmt*& stmt, const char* sql)
{
    if (stmt == nullptr) check(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr));
    return stmt;
}

void ByHand::run(sqlite3_stmt*& stmt, const char* sql)
{
    if (sqlite3_step(prepare(stmt, sql)) != SQLITE_DONE) give_up(sqlite3_errmsg(db_));
    check(sqlite3_reset(stmt));
}

void ByHand::begin() { run(begin_, "BEGIN"); }
void ByHand::commit() { run(commit_, "COMMIT"); }

void ByHand::fill(std::int64_t entries)
{
    begin();
    for (std::int64_t i = 0; i < entries; ++i) (void)insert(audit(i));
    commit();
}

std::int64_t ByHand::insert(const AuditLog& row)
{
    sqlite3_stmt* const stmt = prepare(
        insert_,
        "INSERT INTO audit_log(module, action, target, status, duration_ms, at) VALUES (?, ?, ?, ?, ?, ?)");
    bind_text(stmt, 1, row.module);
    bind_text(stmt, 2, row.action);
    if (row.target)
        bind_text(stmt, 3, *row.target);
    else
        check(sqlite3_bind_null(stmt, 3));
    check(sqlite3_bind_text(stmt, 4, status_names[static_cast<std::size_t>(row.status)], -1, SQLITE_STATIC));
    if (row.duration_ms)
        check(sqlite3_bind_int64(stmt, 5, *row.duration_ms));
    else
        check(sqlite3_bind_null(stmt, 5));
    check(sqlite3_bind_int64(stmt, 6, row.at.time_since_epoch().count()));
    if (sqlite3_step(stmt) != SQLITE_DONE) give_up(sqlite3_errmsg(db_));
    check(sqlite3_reset(stmt));
    return sqlite3_last_insert_rowid(db_);
}

void ByHand::upsert(const Config& row)
{
    sqlite3_stmt* const stmt = prepare(
        upsert_, "INSERT INTO config(key, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE "
                 "SET value = excluded.value, updated_at = excluded.updated_at");
    bind_text(stmt, 1, row.key);
    bind_text(stmt, 2, row.value);
    check(sqlite3_bind_int64(stmt, 3, row.updated_at.time_since_epoch().count()));
    if (sqlite3_step(stmt) != SQLITE_DONE) give_up(sqlite3_errmsg(db_));
    check(sqlite3_reset(stmt));
}

ByHand::Audit ByHand::read(sqlite3_stmt* stmt)
{
    Audit row;
    row.id = sqlite3_column_int64(stmt, 0);
    row.module = text(stmt, 1);
    row.action = text(stmt, 2);
    if (sqlite3_column_type(stmt, 3) != SQLITE_NULL) row.target = text(stmt, 3);
    const auto* status = reinterpret_cast<const char*>(sqlite3_column_text(stmt, 4));
    for (std::size_t n = 0; n < status_names.size(); ++n)
        if (std::strcmp(status, status_names[n]) == 0) row.status = static_cast<Status>(n);
    if (sqlite3_column_type(stmt, 5) != SQLITE_NULL) row.duration_ms = sqlite3_column_int64(stmt, 5);
    row.at = sqlite3_column_int64(stmt, 6);
    return row;
}

std::int64_t ByHand::total()
{
    sqlite3_stmt* const stmt = prepare(total_, "SELECT sum(duration_ms) FROM audit_log WHERE action <> ''");
    if (sqlite3_step(stmt) != SQLITE_ROW) give_up("no row");
    const std::int64_t sum = sqlite3_column_int64(stmt, 0);
    check(sqlite3_reset(stmt));
    return sum;
}

ByHand::Audit ByHand::lookup(std::int64_t id)
{
    sqlite3_stmt* const stmt = prepare(
        lookup_, "SELECT id, module, action, target, status, duration_ms, at FROM audit_log WHERE id = ?");
    check(sqlite3_bind_int64(stmt, 1, id));
    if (sqlite3_step(stmt) != SQLITE_ROW) give_up("no row");
    Audit row = read(stmt);
    check(sqlite3_reset(stmt));
    return row;
}

std::vector<ByHand::Audit> ByHand::latest()
{
    sqlite3_stmt* const stmt =
        prepare(latest_, "SELECT id, module, action, target, status, duration_ms, at FROM audit_log "
                         "ORDER BY at DESC LIMIT 100");
    std::vector<Audit> rows;
    while (sqlite3_step(stmt) == SQLITE_ROW) rows.push_back(read(stmt));
    check(sqlite3_reset(stmt));
    return rows;
}

} // namespace bench
