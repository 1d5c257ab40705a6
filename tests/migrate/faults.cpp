// A migration that fails, or whose process ends, at every call to the file system: the old schema or the new one.
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

using Op = FaultyVfs::Op;

constexpr SchemaObject person{
    "table",
    "person",
    "person",
    "CREATE TABLE person (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL) STRICT",
    {}};
constexpr SchemaObject letter{
    "table",
    "letter",
    "letter",
    "CREATE TABLE letter (id INTEGER PRIMARY KEY, sender INTEGER NOT NULL REFERENCES person(id), text TEXT) STRICT",
    {}};
constexpr SchemaObject by_name{"index", "by_name", "person", "CREATE INDEX by_name ON person (name)", {}};
constexpr SchemaObject named{
    "view",
    "named",
    "named",
    "CREATE VIEW named AS SELECT name, text FROM letter JOIN person ON person.id = sender",
    {}};
constexpr SchemaObject log{"table", "log", "log", "CREATE TABLE log (what TEXT NOT NULL) STRICT", {}};
constexpr SchemaObject watch{
    "trigger",
    "watch",
    "person",
    "CREATE TRIGGER watch AFTER INSERT ON person BEGIN INSERT INTO log VALUES (new.name); END",
    {}};

constexpr SchemaObject old_objects[] = {person, letter, log, by_name, named, watch};
constexpr SchemaInfo old_schema{old_objects, 1001};

// One column more.
constexpr SchemaObject letter_with_date{
    "table",
    "letter",
    "letter",
    "CREATE TABLE letter (id INTEGER PRIMARY KEY, sender INTEGER NOT NULL REFERENCES "
    "person(id), text TEXT, sent INTEGER NOT NULL DEFAULT 0) STRICT",
    {}};
constexpr SchemaObject added_objects[] = {person, letter_with_date, log, by_name, named, watch};
constexpr SchemaInfo added_schema{added_objects, 1002};

// A table that others refer to is rebuilt, with its index and its trigger.
constexpr SchemaObject strict_person{
    "table",
    "person",
    "person",
    "CREATE TABLE person (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL "
    "UNIQUE CHECK (name <> ''), born INTEGER) STRICT",
    {}};
constexpr SchemaObject rebuilt_objects[] = {strict_person, letter, log, by_name, named, watch};
constexpr SchemaInfo rebuilt_schema{rebuilt_objects, 1003};

constexpr int persons = 60;

std::filesystem::path make_old(const TempDir& dir)
{
    auto path = dir.path() / "a.db";
    Connection connection = must(Connection::open(path, OpenMode::create));
    must(ensure_schema(connection, old_schema));
    must(connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)"
        " INSERT INTO person(name) SELECT 'person ' || i || hex(zeroblob(100)) FROM n;"
        "INSERT INTO letter(sender, text) SELECT id, name FROM person;"
        "INSERT INTO person(id, name) VALUES (500, 'gone'); DELETE FROM person WHERE id = 500"));
    must(connection.close());
    return path;
}

std::string text_of(Connection& connection, const std::string& sql)
{
    const Privileged gate(connection);
    Statement statement = must(connection.prepare(sql));
    std::string all;
    while (must(statement.step()))
        for (int i = 0; i < statement.column_count(); ++i) all.append(statement.text(i)).append("|");
    return all;
}

// The database is at the old or the new schema, whole, with every row.
bool look_at(Connection& connection, const SchemaInfo& wanted)
{
    CHECK(text_of(connection, "PRAGMA integrity_check") == "ok|");
    CHECK(text_of(connection, "PRAGMA foreign_key_check").empty());
    CHECK(must(connection.query_integer("SELECT count(*) FROM person")) == persons);
    CHECK(must(connection.query_integer("SELECT count(*) FROM named WHERE text = name")) == persons);
    CHECK(must(connection.query_integer("SELECT count(*) FROM log")) == persons + 1);
    CHECK(must(connection.query_integer("SELECT seq FROM sqlite_sequence WHERE name = 'person'")) == 500);
    CHECK(must(connection.query_integer(
              "SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_tenantry\\_new%' ESCAPE '\\'")) == 0);
    CHECK(must(connection.query_integer(
              "SELECT count(*) FROM sqlite_schema WHERE name IN ('watch', 'by_name', 'named')")) == 3);
    const auto mark = must(connection.query_integer("PRAGMA user_version"));
    const bool is_new = mark == wanted.fingerprint;
    CHECK((is_new || mark == old_schema.fingerprint));
    const auto columns = must(connection.query_integer(
        "SELECT (SELECT count(*) FROM pragma_table_info('person')) + (SELECT count(*) FROM pragma_table_info('letter'))"));
    CHECK(columns == (is_new ? 6 : 5));
    const auto rows = must(connection.query_integer(
        is_new ? "SELECT count(*) FROM _tenantry_migrations"
               : "SELECT count(*) FROM sqlite_schema WHERE name = '_tenantry_migrations'"));
    CHECK(rows == (is_new ? 2 : 0));
    return is_new;
}

void finish(Connection& connection, const SchemaInfo& wanted)
{
    must(ensure_schema(connection, wanted));
    CHECK(look_at(connection, wanted));
    // The trigger and the counter work.
    must(connection.execute("INSERT INTO person(name) VALUES ('new')"));
    CHECK(connection.last_insert_rowid() == 501);
    CHECK(must(connection.query_integer("SELECT count(*) FROM log WHERE what = 'new'")) == 1);
    // Foreign keys are enforced as before.
    CHECK_FALSE(connection.execute("INSERT INTO letter(sender) VALUES (7000)"));
}

struct Kind {
    Op op;
    int code;
};
constexpr Kind kinds[] = {{Op::write, SQLITE_IOERR_WRITE},
                          {Op::write, SQLITE_FULL},
                          {Op::sync, SQLITE_IOERR_FSYNC},
                          {Op::truncate, SQLITE_IOERR_TRUNCATE},
                          {Op::lock, SQLITE_BUSY}};

} // namespace

TEST_CASE("what fails at any call leaves the old schema or the new one")
{
    for (const SchemaInfo* wanted : {&added_schema, &rebuilt_schema})
        for (const Kind& kind : kinds) {
            int failures = 0;
            for (int n = 1; n < 500; ++n) {
                INFO("schema " << wanted->fingerprint << ", operation " << static_cast<int>(kind.op)
                               << ", call " << n);
                TempDir dir;
                const auto path = make_old(dir);
                bool failed = false;
                {
                    FaultyVfs faults;
                    auto connection = Connection::open(path, OpenMode::read_write);
                    REQUIRE(connection);
                    faults.fail(kind.op, n, kind.code, kind.code != SQLITE_BUSY);
                    auto migrated = ensure_schema(*connection, *wanted);
                    failed = faults.failures() > 0;
                    faults.heal();
                    REQUIRE_FALSE(connection->in_transaction());
                    REQUIRE(look_at(*connection, *wanted) == migrated.has_value());
                    finish(*connection, *wanted);
                    must(connection->close());
                }
                if (!failed) break;
                ++failures;
            }
            // Nothing is cut before the connection is closed.
            const bool happens = kind.op != Op::truncate;
            CHECK((failures > 0) == happens);
            CHECK(failures < 400);
        }
}

TEST_CASE("a process that ends at any call leaves the old schema or the new one")
{
    for (const SchemaInfo* wanted : {&added_schema, &rebuilt_schema})
        for (const Op op : {Op::write, Op::sync, Op::truncate, Op::lock, Op::shm, Op::remove}) {
            int crashes = 0;
            for (int n = 1; n < 500; ++n) {
                INFO("schema " << wanted->fingerprint << ", operation " << static_cast<int>(op) << ", call "
                               << n);
                TempDir dir;
                const auto path = make_old(dir);
                const pid_t child = ::fork();
                REQUIRE(child >= 0);
                if (child == 0) {
                    FaultyVfs faults;
                    faults.fail(op, n, FaultyVfs::crash);
                    auto connection = Connection::open(path, OpenMode::read_write);
                    const bool done =
                        connection && ensure_schema(*connection, *wanted) && connection->close();
                    ::_exit(done ? 0 : 1);
                }
                int status = 0;
                REQUIRE(::waitpid(child, &status, 0) == child);
                REQUIRE(WIFEXITED(status));
                const bool crashed = WEXITSTATUS(status) == FaultyVfs::crash_status;
                REQUIRE((crashed || WEXITSTATUS(status) == 0));
                Connection connection = must(Connection::open(path, OpenMode::read_write));
                const bool is_new = look_at(connection, *wanted);
                if (!crashed) CHECK(is_new);
                finish(connection, *wanted);
                if (!crashed) break;
                ++crashes;
            }
            CHECK(crashes > 0);
            CHECK(crashes < 400);
        }
}

TEST_CASE("a process that ends at any call on the way into a first history leaves one of its steps, whole")
{
    // The older database is brought to the first revision, which builds a table anew; the second changes data, once.
    std::string initial;
    for (const SchemaObject& object : rebuilt_objects) initial += std::string(object.sql) + ';';
    const History revisions =
        history(revision(1, "initial", initial), revision(2, "loud", "UPDATE letter SET text = text || '!'"));
    int at[] = {0, 0, 0};
    for (const Op op : {Op::write, Op::sync}) {
        for (int n = 1; n < 500; ++n) {
            INFO("operation " << static_cast<int>(op) << ", call " << n);
            TempDir dir;
            const auto path = make_old(dir);
            const pid_t child = ::fork();
            REQUIRE(child >= 0);
            if (child == 0) {
                FaultyVfs faults;
                faults.fail(op, n, FaultyVfs::crash);
                auto connection = Connection::open(path, OpenMode::read_write);
                const bool done = connection && ensure_schema(*connection, rebuilt_schema, &revisions) &&
                                  connection->close();
                ::_exit(done ? 0 : 1);
            }
            int status = 0;
            REQUIRE(::waitpid(child, &status, 0) == child);
            REQUIRE(WIFEXITED(status));
            const bool crashed = WEXITSTATUS(status) == FaultyVfs::crash_status;
            REQUIRE((crashed || WEXITSTATUS(status) == 0));
            Connection connection = must(Connection::open(path, OpenMode::read_write));
            CHECK(text_of(connection, "PRAGMA integrity_check") == "ok|");
            const bool has_ledger = must(migrate::Ledger::exists(connection));
            const std::string ledger =
                has_ledger ? text_of(connection, "SELECT kind, name FROM _tenantry_migrations ORDER BY id")
                           : "";
            const std::string first = "automatic|automatic|included|initial|";
            const int step = ledger.empty() ? 0 : ledger == first ? 1 : 2;
            if (step == 2) CHECK(ledger == first + "revision|loud|");
            ++at[step];
            CHECK(must(connection.query_integer("SELECT count(*) FROM pragma_table_info('person')")) ==
                  (step == 0 ? 2 : 3));
            CHECK(must(connection.query_integer("SELECT count(*) FROM letter WHERE text LIKE '%!'")) ==
                  (step == 2 ? persons : 0));
            if (!crashed) CHECK(step == 2);
            must(ensure_schema(connection, rebuilt_schema, &revisions));
            CHECK(must(connection.query_integer("SELECT count(*) FROM named WHERE text = name || '!'")) ==
                  persons);
            CHECK(must(connection.query_integer("SELECT seq FROM sqlite_sequence WHERE name = 'person'")) ==
                  500);
            CHECK(must(ensure_schema(connection, rebuilt_schema, &revisions)).was_current);
            if (!crashed) break;
        }
    }
    CHECK(at[0] > 0);
    CHECK(at[1] > 0);
    CHECK(at[2] > 2); // the second has landed, and the process ends after that
    CHECK(at[0] + at[1] + at[2] < 400);
}
