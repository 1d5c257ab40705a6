#include <tenantry/schema/ddl.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/expr/id_uuid.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::ask;
using test::create;
using test::is_refused;
using test::must;
using test::sql_of;

namespace {

enum class JobStatus { pending, running, done, failed };
enum class Level : std::uint8_t { low = 1, high = 5 };

} // namespace

template <>
inline constexpr EnumStorage tenantry::enum_storage<Level> = EnumStorage::integer;

namespace {

// The schema of the documentation's first page.
struct Setting {
    std::string key{};
    std::string value{};
    Timestamp updated_at{};
};
struct AuditLog {
    Id<AuditLog> id{};
    std::string module{};
    std::string action{};
    std::optional<std::string> target{};
    JobStatus status{};
    std::optional<std::int64_t> duration_ms{};
    Timestamp at{};
};
struct Job {
    Id<Job> id{};
    std::string module{};
    std::string payload{};
    JobStatus status = JobStatus::pending;
    Timestamp created_at{};
    std::optional<Timestamp> processed_at{};
};

struct Slot : Schema<Table<"config", Setting, PrimaryKey<&Setting::key>,
                           Default<&Setting::updated_at, current_timestamp>>,
                     Table<"audit_log", AuditLog, Index<"idx_audit_ts", Descending<&AuditLog::at>>>,
                     Table<"queue", Job, Index<"idx_queue_status", &Job::status, &Job::created_at>>> {};

// Every type there is a codec for.
struct Everything {
    Id<Everything> id{};
    bool flag{};
    std::int8_t tiny{};
    std::uint64_t large{};
    float single{};
    double real{};
    std::string text{};
    std::vector<std::byte> bytes{};
    std::array<std::byte, 32> digest{};
    boost::uuids::uuid uuid{};
    JobStatus status{};
    Level level{};
    std::chrono::seconds timeout{};
    std::chrono::duration<double> exact{};
    Timestamp at{};
    std::optional<bool> maybe_flag{};
    std::optional<Level> maybe_level{};
    std::optional<std::array<std::byte, 4>> maybe_digest{};
    std::optional<Id<Everything>> parent{};
};

struct All : Schema<Table<"everything", Everything>> {};

struct Quoted {
    Id<Quoted> order{};
    int group{};
};
struct QuotedItem {
    Id<QuotedItem> id{};
    Id<Quoted> select{};
};
struct Awkward : Schema<Table<"select", Quoted>, Table<"it's \"quoted\"", QuotedItem>> {};

struct Invoice {
    Id<Invoice, boost::uuids::uuid> id{};
    std::int64_t cents{};
};
struct Line {
    Id<Line> id{};
    Id<Invoice, boost::uuids::uuid> invoice{};
    std::optional<Id<Line>> previous{};
};
struct Billing : Schema<Table<"line", Line>, Table<"invoice", Invoice>> {};

} // namespace

TEST_CASE("a table is what its row says")
{
    CHECK(sql_of<Slot>("audit_log") == R"(CREATE TABLE "audit_log" (
    "id" INTEGER PRIMARY KEY,
    "module" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT,
    "status" TEXT NOT NULL CHECK ("status" = 'pending' OR "status" = 'running' OR "status" = 'done' OR "status" = 'failed'),
    "duration_ms" INTEGER,
    "at" INTEGER /* tenantry: time in 1/1000 s */ NOT NULL
) STRICT)");
    CHECK(sql_of<Slot>("config") == R"(CREATE TABLE "config" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL,
    "updated_at" INTEGER /* tenantry: time in 1/1000 s */ NOT NULL DEFAULT (CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))
) STRICT)");
    STATIC_REQUIRE(schema_info<Slot>().objects.size() == 5);
    create<Slot>();
}

TEST_CASE("every type has its column")
{
    CHECK(sql_of<All>("everything") == R"(CREATE TABLE "everything" (
    "id" INTEGER PRIMARY KEY,
    "flag" INTEGER NOT NULL CHECK ("flag" IN (0, 1)),
    "tiny" INTEGER NOT NULL,
    "large" INTEGER NOT NULL,
    "single" REAL NOT NULL,
    "real" REAL NOT NULL,
    "text" TEXT NOT NULL,
    "bytes" BLOB NOT NULL,
    "digest" BLOB NOT NULL CHECK (length("digest") = 32),
    "uuid" BLOB NOT NULL CHECK (length("uuid") = 16),
    "status" TEXT NOT NULL CHECK ("status" = 'pending' OR "status" = 'running' OR "status" = 'done' OR "status" = 'failed'),
    "level" INTEGER /* tenantry: enum low=1 high=5 */ NOT NULL CHECK ("level" = 1 OR "level" = 5),
    "timeout" INTEGER /* tenantry: duration in 1 s */ NOT NULL,
    "exact" REAL /* tenantry: duration in 1 s */ NOT NULL,
    "at" INTEGER /* tenantry: time in 1/1000 s */ NOT NULL,
    "maybe_flag" INTEGER CHECK ("maybe_flag" IN (0, 1)),
    "maybe_level" INTEGER /* tenantry: enum low=1 high=5 */ CHECK ("maybe_level" = 1 OR "maybe_level" = 5),
    "maybe_digest" BLOB CHECK (length("maybe_digest") = 4),
    "parent" INTEGER REFERENCES "everything" ("id")
) STRICT)");
    create<All>();
}

TEST_CASE("SQLite keeps to what the types say")
{
    auto db = create<Slot>();
    const std::string head =
        "INSERT INTO audit_log (module, action, target, status, duration_ms, at) VALUES ";
    CHECK_FALSE(is_refused(db, head + "('m', 'a', NULL, 'done', NULL, 1)"));
    CHECK(is_refused(db, head + "(NULL, 'a', NULL, 'done', NULL, 1)"));
    CHECK(is_refused(db, head + "('m', 'a', NULL, 'Done', NULL, 1)"));
    CHECK(is_refused(db, head + "('m', 'a', NULL, 'done', 'long', 1)"));
    CHECK(is_refused(db, head + "('m', 'a', NULL, 'done', NULL, 1.5)"));
    CHECK(is_refused(db, head + "('m', x'00', NULL, 'done', NULL, 1)"));
    CHECK(ask(db, "SELECT id FROM audit_log") == "1");
}

TEST_CASE("names are quoted, whatever they are")
{
    auto db = create<Awkward>();
    CHECK(sql_of<Awkward>("it's \"quoted\"") == R"(CREATE TABLE "it's ""quoted""" (
    "id" INTEGER PRIMARY KEY,
    "select" INTEGER NOT NULL REFERENCES "select" ("order")
) STRICT)");
    must(db.execute(R"(INSERT INTO "select" VALUES (3, 4); INSERT INTO "it's ""quoted""" VALUES (NULL, 3))"));
    CHECK(is_refused(db, R"(INSERT INTO "it's ""quoted""" VALUES (NULL, 4))"));
}

TEST_CASE("members that are ids of other rows are foreign keys")
{
    CHECK(sql_of<Billing>("line") == R"(CREATE TABLE "line" (
    "id" INTEGER PRIMARY KEY,
    "invoice" BLOB NOT NULL CHECK (length("invoice") = 16) REFERENCES "invoice" ("id"),
    "previous" INTEGER REFERENCES "line" ("id")
) STRICT)");
    CHECK(sql_of<Billing>("invoice") == R"(CREATE TABLE "invoice" (
    "id" BLOB NOT NULL PRIMARY KEY CHECK (length("id") = 16),
    "cents" INTEGER NOT NULL
) STRICT)");
    auto db = create<Billing>();
    must(db.execute(
        "INSERT INTO invoice VALUES (zeroblob(16), 100); INSERT INTO line VALUES (NULL, zeroblob(16), NULL)"));
    CHECK(is_refused(db, "INSERT INTO line VALUES (NULL, randomblob(16), NULL)"));
    CHECK(is_refused(db, "INSERT INTO line VALUES (NULL, zeroblob(16), 99)"));
    CHECK(is_refused(db, "INSERT INTO invoice VALUES (NULL, 100)"));
    CHECK(is_refused(db, "INSERT INTO invoice VALUES (zeroblob(15), 100)"));
}

TEMPLATE_TEST_CASE("what is said of the columns is what SQLite says of them", "", Slot, All, Awkward, Billing)
{
    auto db = create<TestType>();
    const sqlite::Privileged privileged(db); // a tenant's connection asks no pragmas
    std::size_t tables = 0;
    for (const SchemaObject& object : schema_info<TestType>().objects) {
        if (object.type != "table") {
            CHECK(object.columns.empty());
            continue;
        }
        ++tables;
        auto strict = must(db.prepare_privileged("SELECT strict FROM pragma_table_list(?1)"));
        strict.text(1, object.name);
        REQUIRE(must(strict.step()));
        CHECK(strict.integer(0) == 1);

        auto columns = must(
            db.prepare_privileged("SELECT name, type, \"notnull\" FROM pragma_table_xinfo(?1) ORDER BY cid"));
        columns.text(1, object.name);
        std::size_t n = 0;
        while (must(columns.step())) {
            REQUIRE(n < object.columns.size());
            CHECK(columns.text(0) == object.columns[n].name);
            CHECK(columns.text(1) == object.columns[n].type);
            CHECK((columns.integer(2) == 1) == object.columns[n].not_null);
            ++n;
        }
        CHECK(n == object.columns.size());
    }
    CHECK(tables > 0);
}

TEMPLATE_TEST_CASE("SQLite keeps the text and the names as they are declared", "", Slot, All, Awkward,
                   Billing)
{
    auto db = create<TestType>();
    for (const SchemaObject& object : schema_info<TestType>().objects) {
        auto found = must(db.prepare("SELECT type, tbl_name, sql FROM sqlite_schema WHERE name = ?1"));
        found.text(1, object.name);
        REQUIRE(must(found.step()));
        CHECK(found.text(0) == object.type);
        CHECK(found.text(1) == object.table);
        CHECK(found.text(2) == object.sql);
        CHECK(object.sql.data()[object.sql.size()] == '\0');
    }
}

namespace {

// Small changes of one declaration.
struct Base {
    Id<Base> id{};
    int a{};
};
struct Renamed {
    Id<Renamed> id{};
    int b{};
};
struct Retyped {
    Id<Retyped> id{};
    double a{};
};
struct Other {
    Id<Other> id{};
};
struct S0 : Schema<Table<"t", Base>> {};
struct S1 : Schema<Table<"t", Renamed>> {};
struct S2 : Schema<Table<"t", Retyped>> {};
struct S3 : Schema<Table<"u", Base>> {};
struct S4 : Schema<Table<"t", Base, Index<"i", &Base::a>>> {};
struct S5 : Schema<Table<"t", Base, Index<"j", &Base::a>>> {};
struct S6 : Schema<Table<"t", Base>, Table<"o", Other>> {};
struct S7 : Schema<Table<"o", Other>, Table<"t", Base>> {};
struct Empty : Schema<> {};

} // namespace

TEST_CASE("the fingerprint is positive and differs with the declaration")
{
    const std::array prints{
        schema_info<S0>().fingerprint, schema_info<S1>().fingerprint, schema_info<S2>().fingerprint,
        schema_info<S3>().fingerprint, schema_info<S4>().fingerprint, schema_info<S5>().fingerprint,
        schema_info<S6>().fingerprint, schema_info<S7>().fingerprint, schema_info<Empty>().fingerprint};
    for (const std::int32_t print : prints) CHECK(print > 0);
    CHECK(std::set<std::int32_t>(prints.begin(), prints.end()).size() == prints.size());
    STATIC_REQUIRE(detail::make_fingerprint(0) == 1);
    STATIC_REQUIRE(detail::make_fingerprint(0x80000000u) == 1);
    STATIC_REQUIRE(detail::make_fingerprint(~std::uint64_t{0}) == 1);
    STATIC_REQUIRE(detail::make_fingerprint(0xffffffffu) == 0x7fffffff);
}

TEST_CASE("the fingerprint is the same in every build")
{
    // Another number here would make every tenant of every user look closer once: change it knowingly.
    STATIC_REQUIRE(schema_info<S4>().fingerprint == 946778332);
}

TEST_CASE("a schema may be empty") { STATIC_REQUIRE(schema_info<Empty>().objects.empty()); }
