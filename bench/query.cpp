// What statements cost, against hand-written C API code with prepared statements that are kept.
//
//     bench_query [DIRECTORY]                     times: medians, and ratios to the C API
//     bench_query --prepare FILE                  makes the database that the following works on
//     bench_query --count SIDE OPERATION N FILE   runs one operation N times on a copy of FILE, for a counter of
//                                                 instructions: see bench/instructions; SIDE is `tenantry` or `native`
//
// DIRECTORY (the system's temporary one) is where databases are made, and removed. There are three sides: tenantry, the
// C API on a connection that is opened and set up in the same way, and the C API as people open it, `sqlite3_open`, with
// the pragmas alone the same. They take turns, and what they read is compared.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/sqlite/transaction.hpp>

#include "slot.hpp"

namespace {

using namespace tenantry;
using namespace bench;
using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& why)
{
    std::cerr << "bench_query: " << why << '\n';
    std::exit(1);
}

template <class T>
T need(Result<T> result)
{
    if (!result) give_up(std::string(result.error().message()));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

constexpr std::int64_t audits = 20'000;
constexpr std::int64_t settings = 100;
constexpr std::int64_t jobs = 20'000;
constexpr std::int64_t start = 1'700'000'000'000; // ms
constexpr std::int64_t apart = 30'000;            // 20,000 entries are a week
constexpr std::array<const char*, 5> modules{"auth", "billing", "search", "mail", "storage"};

Timestamp time_of(std::int64_t ms) { return Timestamp(std::chrono::milliseconds(ms)); }

std::string setting_name(std::int64_t i) { return "setting." + std::to_string(i % settings); }

// No string stores it in place.
std::string long_name(std::int64_t i) { return std::string(50, 'x') + setting_name(i); }

AuditLog audit(std::int64_t i)
{
    AuditLog made;
    made.module = modules[static_cast<std::size_t>(i) % modules.size()];
    made.action = "action number " + std::to_string(i % 50);
    if (i % 3 != 0) made.target = "user/" + std::to_string(i % 1000);
    made.status = i % 7 == 0 ? Status::failed : Status::done;
    if (i % 4 != 0) made.duration_ms = i % 500;
    made.at = time_of(start + i * apart);
    return made;
}

void prepare(const std::string& path)
{
    auto connection = need(sqlite::Connection::open(path, sqlite::OpenMode::create));
    auto transaction = need(sqlite::Transaction::begin(connection));
    for (const SchemaObject& object : schema_info<Slot>().objects)
        need(connection.execute(std::string(object.sql)));
    for (std::int64_t i = 0; i < audits; ++i) {
        const AuditLog row = audit(i);
        need(execute<Slot>(connection, insert(row)));
    }
    for (std::int64_t i = 0; i < settings; ++i) {
        const Config row{.key = setting_name(i), .value = "value", .updated_at = time_of(start)};
        need(execute<Slot>(connection, insert(row)));
        const Config other{.key = long_name(i), .value = "value", .updated_at = time_of(start)};
        need(execute<Slot>(connection, insert(other)));
    }
    for (std::int64_t i = 0; i < jobs; ++i) {
        Job row;
        row.module = modules[static_cast<std::size_t>(i) % modules.size()];
        row.payload = "payload " + std::to_string(i);
        row.created_at = time_of(start + i);
        need(execute<Slot>(connection, insert(row)));
    }
    need(transaction.commit());
    need(connection.execute("ANALYZE"));
    need(connection.close());
}

// ---- what both do

std::vector<std::string> make_names(std::string (*name)(std::int64_t))
{
    std::vector<std::string> made;
    for (std::int64_t i = 0; i < settings; ++i) made.push_back(name(i));
    return made;
}

struct Side {
    virtual ~Side() = default;
    // Each gives something of what it has read, so that sides can be compared.
    virtual std::int64_t point(std::int64_t i) = 0;
    virtual std::int64_t insert_one(std::int64_t i) = 0;
    virtual std::int64_t insert_hundred(std::int64_t i) = 0;
    virtual std::int64_t upsert_one(std::int64_t i) = 0;
    virtual std::int64_t latest(std::int64_t i) = 0;
    virtual std::int64_t aggregate(std::int64_t i) = 0;
    virtual std::int64_t constants(std::int64_t i) = 0;
    virtual std::int64_t claim(std::int64_t i) = 0;
    virtual std::int64_t brief(std::int64_t i) = 0;
    virtual std::int64_t long_text(std::int64_t i) = 0;
};

struct Operation {
    const char* name;
    const char* what;
    std::int64_t (Side::*run)(std::int64_t);
    int batch;  // runs a measurement
    int rounds; // measurements of each side
};

constexpr std::array<Operation, 10> operations{{
    {"point", "point lookup by key", &Side::point, 100, 301},
    {"insert", "single insert", &Side::insert_one, 50, 101},
    {"insert100", "100 inserts, one transaction", &Side::insert_hundred, 1, 61},
    {"upsert", "upsert of one setting", &Side::upsert_one, 100, 101},
    {"latest", "latest 100 rows into structs", &Side::latest, 10, 101},
    {"aggregate", "24 hours grouped by module", &Side::aggregate, 1, 61},
    {"constants", "all failures, two constants", &Side::constants, 1, 61},
    {"claim", "claim of the oldest job", &Side::claim, 20, 101},
    {"brief", "lookup by a brief text", &Side::brief, 100, 301},
    {"long", "lookup by a text of 60 bytes", &Side::long_text, 100, 301},
}};

// ---- ours

class Ours final : public Side {
public:
    explicit Ours(const std::string& path)
        : connection_(need(sqlite::Connection::open(path, sqlite::OpenMode::read_write)))
    {
        connection_.set_incarnation(4711);
    }

    std::int64_t point(std::int64_t i) override
    {
        const auto key = detail::IdAccess::key<AuditLog, Slot>(1 + i * 7919 % audits, 4711);
        auto row = execute<Slot>(connection_, first(select<AuditLog>().where(col<&AuditLog::id> == key)));
        if (!row || !*row) give_up("no row");
        return sum(**row);
    }

    std::int64_t insert_one(std::int64_t i) override
    {
        const AuditLog& row = given(i);
        return need(execute<Slot>(connection_, insert(row))).value();
    }

    std::int64_t insert_hundred(std::int64_t i) override
    {
        auto transaction = need(sqlite::Transaction::begin(connection_));
        std::int64_t last = 0;
        for (std::int64_t n = 0; n < 100; ++n) {
            const AuditLog& row = given(i * 100 + n);
            last = need(execute<Slot>(connection_, insert(row))).value();
        }
        need(transaction.commit());
        return last;
    }

    std::int64_t upsert_one(std::int64_t i) override
    {
        need(execute<Slot>(connection_, upsert(setting(i))));
        return i;
    }

    std::int64_t latest(std::int64_t) override
    {
        auto rows =
            execute<Slot>(connection_, select<AuditLog>().order_by(desc(col<&AuditLog::at>)).limit(100));
        if (!rows) give_up("no rows");
        std::int64_t all = 0;
        for (const AuditLog& row : *rows) all += sum(row);
        return all;
    }

    std::int64_t aggregate(std::int64_t i) override
    {
        const Timestamp since = time_of(start + i % 6 * 24 * 3'600'000);
        auto groups = execute<Slot>(
            connection_,
            select(col<&AuditLog::module>, count(), tenantry::sum(col<&AuditLog::duration_ms>))
                .where(col<&AuditLog::at> >= since && col<&AuditLog::at> < since + std::chrono::hours(24))
                .group_by(col<&AuditLog::module>));
        if (!groups) give_up("no groups");
        std::int64_t all = 0;
        for (const auto& [module, entries, milliseconds] : *groups)
            all += static_cast<std::int64_t>(module.size()) + entries + milliseconds.value_or(0);
        return all;
    }

    std::int64_t constants(std::int64_t) override
    {
        const auto cost =
            execute<Slot>(connection_, one(select(tenantry::sum(col<&AuditLog::duration_ms>))
                                               .where(col<&AuditLog::status> == constant<Status::failed> &&
                                                      col<&AuditLog::duration_ms> > constant<100>)));
        if (!cost) give_up("no sum");
        return cost->value_or(0);
    }

    std::int64_t claim(std::int64_t) override
    {
        auto transaction = need(sqlite::Transaction::begin(connection_));
        auto job = execute<Slot>(
            connection_,
            first(select<Job>().where(col<&Job::status> == Status::pending).order_by(col<&Job::created_at>)));
        if (!job || !*job) give_up("no job is left");
        const auto key = detail::IdAccess::key<Slot>((*job)->id);
        need(execute<Slot>(
            connection_, update<Job>().set(col<&Job::status> = Status::running).where(col<&Job::id> == key)));
        need(transaction.commit());
        return key.value();
    }

    std::int64_t brief(std::int64_t i) override { return by_name(names_, i); }
    std::int64_t long_text(std::int64_t i) override { return by_name(long_names_, i); }

private:
    std::int64_t by_name(const std::vector<std::string>& names, std::int64_t i)
    {
        const std::string& name = names[static_cast<std::size_t>(i) % names.size()];
        auto row = execute<Slot>(connection_, first(select<Config>().where(col<&Config::key> == name)));
        if (!row || !*row) give_up("no setting");
        return static_cast<std::int64_t>((*row)->key.size());
    }

    static std::int64_t sum(const AuditLog& row)
    {
        return row.id.value() + static_cast<std::int64_t>(row.module.size() + row.action.size()) +
               static_cast<std::int64_t>(row.target ? row.target->size() : 0) +
               static_cast<std::int64_t>(row.status) + row.duration_ms.value_or(0) +
               row.at.time_since_epoch().count();
    }

    // Rows that a program has at hand: making them is not measured.
    const AuditLog& given(std::int64_t i) const
    {
        return given_[static_cast<std::size_t>(i) % given_.size()];
    }
    const Config& setting(std::int64_t i) const
    {
        return settings_[static_cast<std::size_t>(i) % settings_.size()];
    }

    static std::vector<AuditLog> make_given()
    {
        std::vector<AuditLog> made;
        for (std::int64_t i = 0; i < 500; ++i) made.push_back(audit(audits + i));
        return made;
    }
    static std::vector<Config> make_settings()
    {
        std::vector<Config> made;
        for (std::int64_t i = 0; i < 10 * settings; ++i) // each time another value
            made.push_back({.key = setting_name(i),
                            .value = "changed " + std::to_string(i),
                            .updated_at = time_of(start + i)});
        return made;
    }

    sqlite::Connection connection_;
    std::vector<AuditLog> given_ = make_given();
    std::vector<Config> settings_ = make_settings();
    std::vector<std::string> names_ = make_names(setting_name);
    std::vector<std::string> long_names_ = make_names(long_name);
};

// ---- by hand: what a careful programmer writes for the same structs

struct NativeAudit {
    std::int64_t id = 0;
    std::string module{};
    std::string action{};
    std::optional<std::string> target{};
    Status status{};
    std::optional<std::int64_t> duration_ms{};
    std::int64_t at = 0;
};
struct NativeJob {
    std::int64_t id = 0;
    std::string module{};
    std::string payload{};
    Status status{};
    std::int64_t created_at = 0;
    std::optional<std::int64_t> processed_at{};
};
struct NativeSetting {
    std::string key{};
    std::string value{};
    std::int64_t updated_at = 0;
};

constexpr std::array<const char*, 4> status_names{"pending", "running", "done", "failed"};

class Native final : public Side {
public:
    // On a connection like ours.
    explicit Native(sqlite::Connection connection)
        : owner_(std::move(connection)), db_(owner_->native_handle())
    {
        prepare_all();
    }

    // As people open it.
    explicit Native(const std::string& path)
    {
        if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) give_up("sqlite3_open");
        const char* pragmas = "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-512; "
                              "PRAGMA temp_store=MEMORY";
        if (sqlite3_exec(db_, pragmas, nullptr, nullptr, nullptr) != SQLITE_OK) give_up("pragmas");
        prepare_all();
    }

    ~Native() override
    {
        for (sqlite3_stmt* stmt : {point_, insert_, upsert_, latest_, aggregate_, constants_, oldest_, take_,
                                   setting_, begin_, commit_})
            sqlite3_finalize(stmt);
        if (!owner_) sqlite3_close(db_);
    }
    Native(const Native&) = delete;
    Native& operator=(const Native&) = delete;

    std::int64_t point(std::int64_t i) override
    {
        check(sqlite3_bind_int64(point_, 1, 1 + i * 7919 % audits));
        if (sqlite3_step(point_) != SQLITE_ROW) give_up("no row");
        NativeAudit row;
        read(point_, row);
        sqlite3_reset(point_);
        return sum(row);
    }

    std::int64_t insert_one(std::int64_t i) override { return insert_row(given(i)); }

    std::int64_t insert_hundred(std::int64_t i) override
    {
        run(begin_);
        std::int64_t last = 0;
        for (std::int64_t n = 0; n < 100; ++n) last = insert_row(given(i * 100 + n));
        run(commit_);
        return last;
    }

    std::int64_t upsert_one(std::int64_t i) override
    {
        const NativeSetting& row = settings_[static_cast<std::size_t>(i) % settings_.size()];
        bind_text(upsert_, 1, row.key);
        bind_text(upsert_, 2, row.value);
        check(sqlite3_bind_int64(upsert_, 3, row.updated_at));
        run(upsert_);
        return i;
    }

    std::int64_t latest(std::int64_t) override
    {
        check(sqlite3_bind_int64(latest_, 1, 100));
        std::vector<NativeAudit> rows;
        int code = 0;
        while ((code = sqlite3_step(latest_)) == SQLITE_ROW) read(latest_, rows.emplace_back());
        if (code != SQLITE_DONE) give_up("latest");
        sqlite3_reset(latest_);
        std::int64_t all = 0;
        for (const NativeAudit& row : rows) all += sum(row);
        return all;
    }

    std::int64_t aggregate(std::int64_t i) override
    {
        struct Group {
            std::string module{};
            std::int64_t entries = 0;
            std::optional<std::int64_t> milliseconds{};
        };
        const std::int64_t since = start + i % 6 * 24 * 3'600'000;
        check(sqlite3_bind_int64(aggregate_, 1, since));
        check(sqlite3_bind_int64(aggregate_, 2, since + 24 * 3'600'000));
        std::vector<Group> groups;
        int code = 0;
        while ((code = sqlite3_step(aggregate_)) == SQLITE_ROW) {
            Group& group = groups.emplace_back();
            read_text(aggregate_, 0, group.module);
            group.entries = sqlite3_column_int64(aggregate_, 1);
            if (sqlite3_column_type(aggregate_, 2) != SQLITE_NULL)
                group.milliseconds = sqlite3_column_int64(aggregate_, 2);
        }
        if (code != SQLITE_DONE) give_up("aggregate");
        sqlite3_reset(aggregate_);
        std::int64_t all = 0;
        for (const Group& group : groups)
            all += static_cast<std::int64_t>(group.module.size()) + group.entries +
                   group.milliseconds.value_or(0);
        return all;
    }

    // As people write what they know: in the text.
    std::int64_t constants(std::int64_t) override
    {
        if (sqlite3_step(constants_) != SQLITE_ROW) give_up("no sum");
        const std::int64_t cost = sqlite3_column_int64(constants_, 0);
        sqlite3_reset(constants_);
        return cost;
    }

    std::int64_t claim(std::int64_t) override
    {
        run(begin_);
        bind_text(oldest_, 1, status_names[0]);
        if (sqlite3_step(oldest_) != SQLITE_ROW) give_up("no job is left");
        NativeJob job;
        job.id = sqlite3_column_int64(oldest_, 0);
        read_text(oldest_, 1, job.module);
        read_text(oldest_, 2, job.payload);
        job.status = read_status(oldest_, 3);
        job.created_at = sqlite3_column_int64(oldest_, 4);
        if (sqlite3_column_type(oldest_, 5) != SQLITE_NULL)
            job.processed_at = sqlite3_column_int64(oldest_, 5);
        sqlite3_reset(oldest_);
        bind_text(take_, 1, status_names[1]);
        check(sqlite3_bind_int64(take_, 2, job.id));
        run(take_);
        run(commit_);
        return job.id;
    }

    std::int64_t brief(std::int64_t i) override { return by_name(names_, i); }
    std::int64_t long_text(std::int64_t i) override { return by_name(long_names_, i); }

private:
    std::int64_t by_name(const std::vector<std::string>& names, std::int64_t i)
    {
        bind_text(setting_, 1, names[static_cast<std::size_t>(i) % names.size()]);
        if (sqlite3_step(setting_) != SQLITE_ROW) give_up("no setting");
        NativeSetting row;
        read_text(setting_, 0, row.key);
        read_text(setting_, 1, row.value);
        row.updated_at = sqlite3_column_int64(setting_, 2);
        sqlite3_reset(setting_);
        return static_cast<std::int64_t>(row.key.size());
    }

    static void check(int code)
    {
        if (code != SQLITE_OK) give_up("a value was not bound");
    }

    static void run(sqlite3_stmt* stmt)
    {
        if (sqlite3_step(stmt) != SQLITE_DONE) give_up("a statement failed");
        sqlite3_reset(stmt);
    }

    static void bind_text(sqlite3_stmt* stmt, int i, std::string_view text)
    {
        check(sqlite3_bind_text(stmt, i, text.data(), static_cast<int>(text.size()), SQLITE_STATIC));
    }

    static void read_text(sqlite3_stmt* stmt, int column, std::string& out)
    {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(stmt, column));
        out.assign(text, static_cast<std::size_t>(sqlite3_column_bytes(stmt, column)));
    }

    static Status read_status(sqlite3_stmt* stmt, int column)
    {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(stmt, column));
        for (std::size_t i = 0; i < status_names.size(); ++i)
            if (std::strcmp(text, status_names[i]) == 0) return static_cast<Status>(i);
        give_up("an unknown status");
    }

    static void read(sqlite3_stmt* stmt, NativeAudit& row)
    {
        row.id = sqlite3_column_int64(stmt, 0);
        read_text(stmt, 1, row.module);
        read_text(stmt, 2, row.action);
        if (sqlite3_column_type(stmt, 3) != SQLITE_NULL) read_text(stmt, 3, row.target.emplace());
        row.status = read_status(stmt, 4);
        if (sqlite3_column_type(stmt, 5) != SQLITE_NULL) row.duration_ms = sqlite3_column_int64(stmt, 5);
        row.at = sqlite3_column_int64(stmt, 6);
    }

    static std::int64_t sum(const NativeAudit& row)
    {
        return row.id + static_cast<std::int64_t>(row.module.size() + row.action.size()) +
               static_cast<std::int64_t>(row.target ? row.target->size() : 0) +
               static_cast<std::int64_t>(row.status) + row.duration_ms.value_or(0) + row.at;
    }

    std::int64_t insert_row(const NativeAudit& row)
    {
        check(sqlite3_bind_null(insert_, 1));
        bind_text(insert_, 2, row.module);
        bind_text(insert_, 3, row.action);
        if (row.target)
            bind_text(insert_, 4, *row.target);
        else
            check(sqlite3_bind_null(insert_, 4));
        bind_text(insert_, 5, status_names[static_cast<std::size_t>(row.status)]);
        if (row.duration_ms)
            check(sqlite3_bind_int64(insert_, 6, *row.duration_ms));
        else
            check(sqlite3_bind_null(insert_, 6));
        check(sqlite3_bind_int64(insert_, 7, row.at));
        run(insert_);
        return sqlite3_last_insert_rowid(db_);
    }

    const NativeAudit& given(std::int64_t i) const
    {
        return given_[static_cast<std::size_t>(i) % given_.size()];
    }

    static std::vector<NativeAudit> make_given()
    {
        std::vector<NativeAudit> made;
        for (std::int64_t i = 0; i < 500; ++i) {
            const AuditLog row = audit(audits + i);
            made.push_back({.id = 0,
                            .module = row.module,
                            .action = row.action,
                            .target = row.target,
                            .status = row.status,
                            .duration_ms = row.duration_ms,
                            .at = row.at.time_since_epoch().count()});
        }
        return made;
    }
    static std::vector<NativeSetting> make_settings()
    {
        std::vector<NativeSetting> made;
        for (std::int64_t i = 0; i < 10 * settings; ++i) // each time another value
            made.push_back(
                {.key = setting_name(i), .value = "changed " + std::to_string(i), .updated_at = start + i});
        return made;
    }

    sqlite3_stmt* prepare(std::string_view sql)
    {
        sqlite3_stmt* stmt = nullptr;
        const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
        if (code != SQLITE_OK) give_up(sqlite3_errmsg(db_));
        return stmt;
    }

    // The statements that are sent are the same.
    void prepare_all()
    {
        // The transaction is the program's own here.
        sqlite3_set_authorizer(db_, nullptr, nullptr);
        point_ = prepare(R"(SELECT "id", "module", "action", "target", "status", "duration_ms", "at")"
                         R"( FROM "audit_log" WHERE "id" = ?)");
        insert_ =
            prepare(R"(INSERT INTO "audit_log" ("id", "module", "action", "target", "status", "duration_ms")"
                    R"(, "at") VALUES (?, ?, ?, ?, ?, ?, ?))");
        upsert_ = prepare(R"(INSERT INTO "config" ("key", "value", "updated_at") VALUES (?, ?, ?))"
                          R"( ON CONFLICT ("key") DO UPDATE SET "value" = excluded."value")"
                          R"(, "updated_at" = excluded."updated_at")");
        latest_ = prepare(R"(SELECT "id", "module", "action", "target", "status", "duration_ms", "at")"
                          R"( FROM "audit_log" ORDER BY "at" DESC LIMIT ?)");
        aggregate_ = prepare(R"(SELECT "module", count(*), sum("duration_ms") FROM "audit_log")"
                             R"( WHERE "at" >= ? AND "at" < ? GROUP BY "module")");
        constants_ = prepare(R"(SELECT sum("duration_ms") FROM "audit_log")"
                             R"( WHERE "status" = 'failed' AND "duration_ms" > 100)");
        oldest_ =
            prepare(R"(SELECT "id", "module", "payload", "status", "created_at", "processed_at" FROM "queue")"
                    R"( WHERE "status" = ? ORDER BY "created_at" LIMIT 1)");
        take_ = prepare(R"(UPDATE "queue" SET "status" = ? WHERE "id" = ?)");
        setting_ = prepare(R"(SELECT "key", "value", "updated_at" FROM "config" WHERE "key" = ? LIMIT 1)");
        begin_ = prepare("BEGIN IMMEDIATE");
        commit_ = prepare("COMMIT");
    }

    std::optional<sqlite::Connection> owner_;
    sqlite3* db_ = nullptr;
    sqlite3_stmt* point_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
    sqlite3_stmt* upsert_ = nullptr;
    sqlite3_stmt* latest_ = nullptr;
    sqlite3_stmt* aggregate_ = nullptr;
    sqlite3_stmt* constants_ = nullptr;
    sqlite3_stmt* oldest_ = nullptr;
    sqlite3_stmt* take_ = nullptr;
    sqlite3_stmt* setting_ = nullptr;
    sqlite3_stmt* begin_ = nullptr;
    sqlite3_stmt* commit_ = nullptr;
    std::vector<NativeAudit> given_ = make_given();
    std::vector<NativeSetting> settings_ = make_settings();
    std::vector<std::string> names_ = make_names(setting_name);
    std::vector<std::string> long_names_ = make_names(long_name);
};

std::unique_ptr<Side> make_native(const std::string& path)
{
    return std::make_unique<Native>(need(sqlite::Connection::open(path, sqlite::OpenMode::read_write)));
}

// ---- measuring

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

struct Measured {
    std::array<double, 3> microseconds{}; // a run of each side
    double to_native = 0;
    double to_open = 0;
};

// The sides take turns. Ratios are of neighbours in time, and medians of those: what else the machine does comes and
// goes, and hits neighbours alike.
Measured measure(const Operation& operation, std::array<std::unique_ptr<Side>, 3>& sides)
{
    std::array<std::vector<double>, 3> times;
    std::vector<double> to_native;
    std::vector<double> to_open;
    std::int64_t next = 0;
    for (int round = -1; round < operation.rounds; ++round) { // the first prepares and warms
        std::array<std::int64_t, 3> read{};
        std::array<double, 3> took{};
        for (std::size_t turn = 0; turn < sides.size(); ++turn) {
            const std::size_t who = (turn + static_cast<std::size_t>(round + 1)) % sides.size();
            const auto begin = Clock::now();
            for (int n = 0; n < operation.batch; ++n) read[who] += ((*sides[who]).*operation.run)(next + n);
            const std::chrono::duration<double, std::micro> all = Clock::now() - begin;
            took[who] = all.count() / operation.batch;
        }
        if (read[0] != read[1] || read[0] != read[2])
            give_up(std::string("the sides differ in what they did: ") + operation.what);
        next += operation.batch;
        if (round < 0) continue;
        for (std::size_t who = 0; who < sides.size(); ++who) times[who].push_back(took[who]);
        to_native.push_back(took[0] / took[1]);
        to_open.push_back(took[0] / took[2]);
    }
    return {.microseconds = {median(times[0]), median(times[1]), median(times[2])},
            .to_native = median(to_native),
            .to_open = median(to_open)};
}

void compare(const std::filesystem::path& directory)
{
    const std::filesystem::path made =
        directory / ("tenantry-bench-query-" + std::to_string(Clock::now().time_since_epoch().count()));
    std::filesystem::create_directories(made);
    const auto path = [&](const char* name) { return (std::filesystem::canonical(made) / name).string(); };
    prepare(path("base.db"));
    for (const char* name : {"ours.db", "native.db", "default.db"})
        std::filesystem::copy_file(path("base.db"), path(name));
    {
        std::array<std::unique_ptr<Side>, 3> sides{std::make_unique<Ours>(path("ours.db")),
                                                   make_native(path("native.db")),
                                                   std::make_unique<Native>(path("default.db"))};
        std::printf("median times in microseconds, %lld audit rows, SQLite %s\n\n",
                    static_cast<long long>(audits), sqlite3_libversion());
        std::printf("%-30s %10s %10s %10s %8s %8s\n", "", "tenantry", "C API", "sqlite3_open", "ratio",
                    "to open");
        double all = 1;
        double all_open = 1;
        for (const Operation& operation : operations) {
            const Measured measured = measure(operation, sides);
            const auto [ours, native, open] = measured.microseconds;
            std::printf("%-30s %10.2f %10.2f %12.2f %8.3f %8.3f\n", operation.what, ours, native, open,
                        measured.to_native, measured.to_open);
            all *= measured.to_native;
            all_open *= measured.to_open;
        }
        constexpr double count = operations.size();
        std::printf("%-30s %10s %10s %12s %8.3f %8.3f\n", "geometric mean", "", "", "",
                    std::pow(all, 1 / count), std::pow(all_open, 1 / count));
    }
    std::filesystem::remove_all(made);
}

void count_instructions(const std::string& side, const std::string& name, int runs, const std::string& base)
{
    const std::string path =
        base + "." + side + "." + std::to_string(Clock::now().time_since_epoch().count()) + ".db";
    std::filesystem::copy_file(base, path);
    {
        std::unique_ptr<Side> one;
        if (side == "tenantry")
            one = std::make_unique<Ours>(path);
        else if (side == "native")
            one = make_native(path);
        else
            give_up("sides are tenantry and native");
        const auto found = std::find_if(operations.begin(), operations.end(),
                                        [&](const Operation& each) { return name == each.name; });
        if (found == operations.end()) give_up("no operation " + name);
        std::int64_t all = 0;
        for (int i = 0; i < runs; ++i) all += ((*one).*found->run)(i);
        std::printf("%lld\n", static_cast<long long>(all));
    }
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
}

} // namespace

int main(int count, char** values)
{
    const std::vector<std::string> arguments(values + 1, values + count);
    if (arguments.size() == 2 && arguments[0] == "--prepare")
        prepare(arguments[1]);
    else if (arguments.size() == 5 && arguments[0] == "--count")
        count_instructions(arguments[1], arguments[2], std::atoi(arguments[3].c_str()), arguments[4]);
    else if (arguments.size() <= 1)
        compare(arguments.empty() ? std::filesystem::temp_directory_path()
                                  : std::filesystem::path(arguments[0]));
    else
        give_up("[DIRECTORY] | --prepare FILE | --count SIDE OPERATION N FILE");
}
