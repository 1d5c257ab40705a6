// What migrating tenants costs, against a hand-written loop over the C API that does the same.
//
//     bench_migrate [DIRECTORY [TENANTS]]
//
// DIRECTORY (the system's temporary one) is where a folder is made, and removed; TENANTS is 2000. Ours and theirs take
// turns, tenant by tenant, so that what else the machine does hits both.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <sqlite3.h>

#include <tenantry/migrate/ensure.hpp>

namespace {

using namespace tenantry;
using Clock = std::chrono::steady_clock;

constexpr SchemaObject account{
    "table",
    "account",
    "account",
    "CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL) STRICT",
    {}};
constexpr SchemaObject event{
    "table",
    "event",
    "event",
    "CREATE TABLE event (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account(id), kind TEXT NOT NULL, "
    "at INTEGER NOT NULL) STRICT",
    {}};
constexpr SchemaObject setting{
    "table",
    "setting",
    "setting",
    "CREATE TABLE setting (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT",
    {}};
constexpr SchemaObject by_time{"index", "by_time", "event", "CREATE INDEX by_time ON event (at)", {}};
constexpr SchemaObject old_objects[] = {account, event, by_time, setting};
constexpr SchemaInfo old_schema{old_objects, 11};

constexpr SchemaObject longer_event{
    "table",
    "event",
    "event",
    "CREATE TABLE event (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account(id), kind TEXT NOT NULL, "
    "at INTEGER NOT NULL, note TEXT) STRICT",
    {}};
constexpr SchemaObject added_objects[] = {account, longer_event, by_time, setting};
constexpr SchemaInfo added_schema{added_objects, 12};

constexpr const char* checked_sql =
    "CREATE TABLE event (id INTEGER PRIMARY KEY, account INTEGER NOT NULL REFERENCES account(id), kind TEXT NOT NULL "
    "CHECK (kind <> ''), at INTEGER NOT NULL) STRICT";
constexpr SchemaObject checked_event{"table", "event", "event", checked_sql, {}};
constexpr SchemaObject rebuilt_objects[] = {account, checked_event, by_time, setting};
constexpr SchemaInfo rebuilt_schema{rebuilt_objects, 13};

[[noreturn]] void give_up(const std::string& why)
{
    std::cerr << "bench_migrate: " << why << '\n';
    std::exit(1);
}

// ---- ours

sqlite::Connection open_ours(const std::string& path, const SchemaInfo& schema)
{
    auto connection = sqlite::Connection::open(path, sqlite::OpenMode::read_write);
    if (!connection) give_up(std::string(connection.error().message()));
    auto migrated = ensure_schema(*connection, schema);
    if (!migrated) give_up(std::string(migrated.error().message()));
    return std::move(*connection);
}

// ---- by hand

void run(sqlite3* db, const char* sql)
{
    char* message = nullptr;
    if (sqlite3_exec(db, sql, nullptr, nullptr, &message) != SQLITE_OK) give_up(message);
}

sqlite3* open_by_hand(const std::string& path)
{
    sqlite3* db = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(path.c_str(), &db, flags, nullptr) != SQLITE_OK) give_up("cannot open " + path);
    run(db, "PRAGMA foreign_keys=1;PRAGMA temp_store=2;PRAGMA synchronous=1;PRAGMA cache_size=-512");
    return db;
}

constexpr const char* book_keeping =
    "CREATE TABLE _migrations (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, revision INTEGER UNIQUE, name TEXT NOT NULL,"
    " checksum TEXT NOT NULL, compatible INTEGER NOT NULL, applied_at INTEGER NOT NULL, duration_us INTEGER NOT NULL,"
    " library TEXT NOT NULL) STRICT;"
    "INSERT INTO _migrations VALUES (NULL, 'automatic', NULL, 'before', '11', 0, 1700000000000, 0, '1');"
    "INSERT INTO _migrations VALUES (NULL, 'automatic', NULL, 'automatic', '12', 0, 1700000000000, 100, '1');"
    "PRAGMA user_version=12; COMMIT";

void add_by_hand(const std::string& path)
{
    sqlite3* db = open_by_hand(path);
    run(db, "BEGIN IMMEDIATE; ALTER TABLE event ADD COLUMN note TEXT");
    run(db, book_keeping);
    sqlite3_close(db);
}

void rebuild_by_hand(const std::string& path)
{
    sqlite3* db = open_by_hand(path);
    std::string create = checked_sql;
    create.replace(create.find("event"), 5, "new_event");
    run(db,
        ("PRAGMA foreign_keys=0; BEGIN IMMEDIATE;" + create +
         ";INSERT INTO new_event(id, account, kind, at) SELECT id, account, kind, at FROM event; DROP TABLE event;"
         "ALTER TABLE new_event RENAME TO event; CREATE INDEX by_time ON event (at); PRAGMA foreign_key_check(event)")
            .c_str());
    run(db, book_keeping);
    sqlite3_close(db);
}

// ---- measuring

double microseconds(const std::function<void()>& work)
{
    const auto begun = Clock::now();
    work();
    return std::chrono::duration<double, std::micro>(Clock::now() - begun).count();
}

struct Times {
    std::vector<double> ours;
    std::vector<double> theirs;

    static double median(std::vector<double> times)
    {
        std::sort(times.begin(), times.end());
        return times[times.size() / 2];
    }
    static double mean(const std::vector<double>& times)
    {
        double sum = 0;
        for (const double time : times) sum += time;
        return sum / static_cast<double>(times.size());
    }
    void print(const char* what, double bound) const
    {
        std::printf(
            "%-34s ours %8.1f us (mean %8.1f)   by hand %8.1f us (mean %8.1f)   ratio %.2f (mean %.2f), at most %.2f\n",
            what, median(ours), mean(ours), median(theirs), mean(theirs), median(ours) / median(theirs),
            mean(ours) / mean(theirs), bound);
    }
};

class Tenants {
public:
    Tenants(std::filesystem::path directory, int count) : directory_(std::move(directory)), count_(count)
    {
        std::filesystem::create_directories(directory_);
        const auto model = directory_ / "model.db";
        auto made = sqlite::Connection::open(model, sqlite::OpenMode::create);
        if (!made || !ensure_schema(*made, old_schema)) give_up("cannot make " + model.string());
        auto filled =
            made->execute("INSERT INTO account(name, created) VALUES ('a', 1), ('b', 2);"
                          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
                          " INSERT INTO event(account, kind, at) SELECT 1 + i % 2, 'login', i FROM n");
        if (!filled || !made->close()) give_up("cannot fill " + model.string());
    }
    ~Tenants()
    {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    Times measure(const std::function<void(const std::string&)>& ours,
                  const std::function<void(const std::string&)>& theirs)
    {
        Times times;
        for (int i = 0; i < count_; ++i) {
            for (const char* whose : {"ours", "theirs"})
                std::filesystem::copy_file(directory_ / "model.db", path(whose, i),
                                           std::filesystem::copy_options::overwrite_existing);
        }
        for (int i = 0; i < count_; ++i) {
            auto one = [&] { times.ours.push_back(microseconds([&] { ours(path("ours", i)); })); };
            auto other = [&] { times.theirs.push_back(microseconds([&] { theirs(path("theirs", i)); })); };
            if (i % 2 == 0) one();
            other();
            if (i % 2 != 0) one();
        }
        return times;
    }

private:
    [[nodiscard]] std::string path(const char* whose, int i) const
    {
        return (directory_ / (std::string(whose) + std::to_string(i) + ".db")).string();
    }

    std::filesystem::path directory_;
    int count_;
};

} // namespace

int main(int argc, char** argv)
{
    const std::filesystem::path directory = argc > 1 ? argv[1] : std::filesystem::temp_directory_path();
    const int count = argc > 2 ? std::atoi(argv[2]) : 2000;
    if (count < 1) give_up("a number of tenants is at least 1");
    Tenants tenants(std::filesystem::canonical(directory) / "tenantry-bench-migrate", count);
    std::printf("%d tenants in %s, SQLite %s\n", count, directory.c_str(), sqlite3_libversion());
    tenants
        .measure([](const std::string& path) { (void)open_ours(path, added_schema).close(); }, &add_by_hand)
        .print("migrate by one added column", 1.25);
    tenants
        .measure([](const std::string& path) { (void)open_ours(path, rebuilt_schema).close(); },
                 &rebuild_by_hand)
        .print("migrate by one rebuild", 1.25);
    // A current tenant; closing is not measured, so that it is the opening that is compared.
    std::vector<sqlite::Connection> kept;
    std::vector<sqlite3*> kept_by_hand;
    kept.reserve(static_cast<std::size_t>(count));
    tenants
        .measure(
            [&](const std::string& path) {
                kept.push_back(open_ours(path, old_schema));
                if (kept.size() > 64) kept.clear();
            },
            [&](const std::string& path) {
                kept_by_hand.push_back(open_by_hand(path));
                if (kept_by_hand.size() <= 64) return;
                for (sqlite3* db : kept_by_hand) sqlite3_close(db);
                kept_by_hand.clear();
            })
        .print("open a current tenant", 1.15);
    for (sqlite3* db : kept_by_hand) sqlite3_close(db);
}
