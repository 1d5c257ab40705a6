// What is left in a database by a declaration that has gone is not noticed by the one that is there: a twin, made of the
// new declaration alone, takes the same statements and ends the same.
#include <string>
#include <vector>

#include <tenantry/migrate/compare.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/migrate/forecast.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>

#include "support/catch.hpp"
#include "support/declaration.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

using Texts = std::vector<std::string>;

Connection memory()
{
    Profile profile;
    profile.trusted_schema = true;
    return must(Connection::open_memory(profile));
}

std::string rows_of(Connection& db, const std::string& sql)
{
    const Privileged gate(db);
    auto rows = must(db.prepare(sql));
    std::string all;
    while (must(rows.step())) {
        for (int i = 0; i < rows.column_count(); ++i)
            all.append(rows.storage(i) == Storage::null ? "NULL" : rows.text(i)).append("|");
        all += '\n';
    }
    return all;
}

// Opens a database of `old` with rows by `wanted`; then both it and a twin take the statements, and tell the rows of
// `selects`. Returns what was left alone.
Texts same_as_twin(const Texts& old, const std::string& rows, const Texts& wanted,
                   const std::string& twin_rows, const Texts& statements, const Texts& selects)
{
    const Declaration before(old);
    const Declaration after(wanted);
    Connection db = memory();
    must(ensure_schema(db, before.info()));
    must(db.execute(rows));
    const auto told = must(migrate::forecast(db, after.info(), nullptr, true));
    const auto opened = must(ensure_schema(db, after.info()));
    CHECK(told.standing == migrate::Standing::behind);
    CHECK(told.to_do == opened.done);
    CHECK(must(compare(db, after.info())).plan.steps.empty());
    Connection twin = memory();
    must(ensure_schema(twin, after.info()));
    must(twin.execute(twin_rows));
    for (const std::string& statement : statements) {
        INFO(statement);
        auto here = db.execute(statement);
        auto there = twin.execute(statement);
        INFO((here ? std::string() : std::string(here.error().message())));
        REQUIRE(here.has_value() == there.has_value());
    }
    for (const std::string& select : selects) {
        INFO(select);
        CHECK(rows_of(db, select) == rows_of(twin, select));
    }
    CHECK(rows_of(db, "PRAGMA foreign_key_check").empty());
    CHECK(rows_of(db, "PRAGMA integrity_check") == "ok|\n");
    return opened.tolerated;
}

const std::string t = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER) STRICT";
const std::string p = "CREATE TABLE p (id INTEGER PRIMARY KEY, k INTEGER) STRICT";
const Texts writes_t = {"INSERT INTO t(a) VALUES (5)", "INSERT INTO t(a) VALUES (5), (-5), (NULL)",
                        "UPDATE t SET a = 7", "UPDATE t SET id = id + 10", "DELETE FROM t WHERE id > 12"};
const Texts sees_t = {"SELECT id, a FROM t"};

} // namespace

TEST_CASE("a check or key over a field that was taken out goes, unless no row can break it")
{
    for (const char* column :
         {"gone INTEGER, CHECK (gone IS NOT NULL OR a > 6)", "gone INTEGER, CHECK (a < 6 OR gone > 1)",
          "gone INTEGER CHECK (gone >= coalesce(a, 0))", "gone INTEGER, UNIQUE (a, gone)",
          "gone INTEGER NOT NULL DEFAULT 3 UNIQUE", "gone INTEGER NOT NULL DEFAULT 3, UNIQUE (gone, a)",
          "gone INTEGER DEFAULT 3, other INTEGER DEFAULT 4, UNIQUE (gone, other)",
          "gone INTEGER, UNIQUE (a, gone) ON CONFLICT REPLACE", "gone INTEGER CHECK (gone IS NOT NULL)",
          "gone INTEGER REFERENCES t (id)", "gone INTEGER DEFAULT 1 REFERENCES t (id) ON DELETE CASCADE",
          "gone INTEGER, FOREIGN KEY (gone) REFERENCES t (id) ON DELETE CASCADE"}) {
        INFO(column);
        const std::string old =
            std::string("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, ") + column + ") STRICT";
        const auto left = same_as_twin(
            {old}, "INSERT INTO t(id, a, gone) VALUES (1, 1, 1), (2, 2, 2) ON CONFLICT DO NOTHING", {t},
            "INSERT INTO t(id, a) VALUES (1, 1), (2, 2)",
            {"UPDATE t SET a = 9", "UPDATE t SET a = NULL", "DELETE FROM t WHERE id = 1", writes_t[0],
             writes_t[1], writes_t[2], writes_t[3], writes_t[4]},
            sees_t);
        CHECK(left.front() == "column t.gone");
    }
}

TEST_CASE("a check that holds of what an insert leaves out costs no copy")
{
    for (const char* column : {"gone TEXT CHECK (gone = 'x' OR gone = 'y')",
                               "gone TEXT NOT NULL DEFAULT 'y' CHECK (gone = 'x' OR gone = 'y')",
                               "gone INTEGER CHECK (gone IN (0, 1))", "gone INTEGER UNIQUE"}) {
        const Declaration before(
            {std::string("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, ") + column + ") STRICT"});
        const Declaration after({t});
        Connection db = memory();
        must(ensure_schema(db, before.info()));
        const auto opened = must(ensure_schema(db, after.info()));
        CHECK(opened.done.empty());
        CHECK(opened.tolerated == Texts{"column t.gone"});
        for (const std::string& statement : writes_t) must(db.execute(statement));
    }
}

TEST_CASE("a generated column that is left refuses nothing")
{
    for (const char* column : {"g INTEGER NOT NULL AS (a + 1)", "g INTEGER NOT NULL AS (a * 2) STORED",
                               "g TEXT AS (json(a))", "g INTEGER AS (abs(a)) STORED"}) {
        INFO(column);
        same_as_twin(
            {"CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, " + std::string(column) + ") STRICT"},
            "INSERT INTO t(id, a) VALUES (1, 1)", {t}, "INSERT INTO t(id, a) VALUES (1, 1)",
            {"INSERT INTO t(a) VALUES (-9223372036854775807 - 1)", writes_t[0], writes_t[1], writes_t[2],
             writes_t[3], writes_t[4]},
            sees_t);
    }
    // One that can never be NULL stays, for an older release to read.
    const auto left = same_as_twin(
        {"CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, g INTEGER NOT NULL AS (a + 1)) STRICT"},
        "", {"CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL) STRICT"}, "",
        {writes_t[0], writes_t[2]}, sees_t);
    CHECK(left == Texts{"column t.g"});
}

TEST_CASE("an index that was taken out refuses nothing")
{
    for (const char* index : {"CREATE UNIQUE INDEX i ON t (a)", "CREATE UNIQUE INDEX i ON t (gone, a)",
                              "CREATE UNIQUE INDEX i ON t (ten)", "CREATE UNIQUE INDEX i ON t (a % 2)",
                              "CREATE INDEX i ON t (abs(a))", "CREATE INDEX i ON t (a) WHERE abs(a) > 1"}) {
        INFO(index);
        const std::string gone =
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, gone INTEGER, ten INTEGER DEFAULT 10) STRICT";
        same_as_twin({gone, index}, "", {t}, "",
                     {"INSERT INTO t(a) VALUES (-9223372036854775807 - 1)", writes_t[0], writes_t[1],
                      writes_t[2], writes_t[3], writes_t[4]},
                     sees_t);
    }
    const auto left =
        same_as_twin({t, "CREATE INDEX fast ON t (a, lower(a))"}, "", {t}, "", writes_t, sees_t);
    CHECK(left == Texts{"index fast"});
}

TEST_CASE("a trigger that was taken out does nothing any more")
{
    const std::string u = "CREATE TABLE u (a INTEGER)";
    for (const char* body :
         {"SELECT RAISE(ABORT, 'no')", "INSERT INTO u VALUES (new.a)", "DELETE FROM u",
          "UPDATE t SET a = 1 WHERE id = new.id", "INSERT INTO kept VALUES (new.a, 1)",
          "INSERT INTO log VALUES (new.a)", "SELECT abs(new.a)", "INSERT INTO ids VALUES (1)"}) {
        INFO(body);
        same_as_twin({t, u, "CREATE TABLE kept (a INTEGER NOT NULL UNIQUE, b)",
                      "CREATE TABLE ids (id INTEGER PRIMARY KEY)",
                      "CREATE TABLE log (a INTEGER CHECK (a <> 5))",
                      std::string("CREATE TRIGGER g AFTER INSERT ON t BEGIN ") + body + "; END"},
                     "", {t, u}, "",
                     {"INSERT INTO t(a) VALUES (-9223372036854775807 - 1)", "INSERT INTO u VALUES (1)",
                      writes_t[0], writes_t[1], writes_t[2], writes_t[3], writes_t[4]},
                     {sees_t[0], "SELECT * FROM u"});
    }
    // One that notes rows in a table that takes every row is not noticed.
    const auto left =
        same_as_twin({t, "CREATE TABLE log (id INTEGER PRIMARY KEY, what, at)",
                      "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO log(what, at) VALUES (new.a, "
                      "datetime('now')); END"},
                     "", {t}, "", writes_t, sees_t);
    CHECK(left == Texts{"trigger g", "table log"});
}

TEST_CASE("a trigger that writes into a table which got a required field does not stay")
{
    const std::string u = "CREATE TABLE u (a INTEGER)";
    same_as_twin({t, u, "CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO u(a) VALUES (new.a); END"}, "",
                 {t, "CREATE TABLE u (a INTEGER, b INTEGER NOT NULL)"}, "", writes_t,
                 {sees_t[0], "SELECT * FROM u"});
}

TEST_CASE("references of what was taken out neither keep nor remove rows")
{
    for (const char* action : {"", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE",
                               " ON DELETE SET DEFAULT", " DEFERRABLE INITIALLY DEFERRED"}) {
        INFO(action);
        // A column of a declared table.
        same_as_twin({p, "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, p INTEGER REFERENCES p (id)" +
                             std::string(action) + ") STRICT"},
                     "INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)", {p, t},
                     "INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO t VALUES (1, 1), (2, 2)",
                     {"UPDATE p SET id = 7 WHERE id = 1", "DELETE FROM p", writes_t[0]},
                     {sees_t[0], "SELECT * FROM p"});
        // A whole table.
        const auto left = same_as_twin(
            {p,
             "CREATE TABLE c (id INTEGER PRIMARY KEY, x TEXT UNIQUE, p INTEGER CONSTRAINT one REFERENCES p (id)" +
                 std::string(action) +
                 " CHECK (x <> ''), q INTEGER, CONSTRAINT two FOREIGN KEY (q) REFERENCES p (id)" + action +
                 ", UNIQUE (x, p)) STRICT",
             "CREATE INDEX by_p ON c (p)"},
            "INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO c VALUES (1, 'a', 1, 2)", {p},
            "INSERT INTO p VALUES (1, 1), (2, 2)", {"UPDATE p SET id = 7 WHERE id = 1", "DELETE FROM p"},
            {"SELECT * FROM p"});
        CHECK(left == Texts{"index by_p", "table c"});
    }
}

TEST_CASE("a reference that is left does not fail for a key that has gone")
{
    const std::string keyed = "CREATE TABLE p (id INTEGER PRIMARY KEY, k INTEGER UNIQUE) STRICT";
    same_as_twin({keyed,
                  "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, k INTEGER REFERENCES p (k)) STRICT",
                  "CREATE TABLE c (k INTEGER REFERENCES p (k))"},
                 "INSERT INTO p VALUES (1, 1); INSERT INTO t VALUES (1, 1, 1); INSERT INTO c VALUES (1)",
                 {p, t}, "INSERT INTO p VALUES (1, 1); INSERT INTO t VALUES (1, 1)",
                 {"INSERT INTO t(a) VALUES (3)", "UPDATE p SET k = 5", "DELETE FROM p"},
                 {sees_t[0], "SELECT * FROM p"});
}

TEST_CASE("triggers of a full-text index that was taken out go, and an older release says newer_schema")
{
    const std::string content = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT) STRICT";
    const Texts index = {
        "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id')",
        "CREATE TRIGGER f_insert AFTER INSERT ON t BEGIN INSERT INTO f(rowid, a) VALUES (new.id, new.a); END",
        "CREATE TRIGGER f_update AFTER UPDATE ON t BEGIN INSERT INTO f(f, rowid, a) VALUES ('delete', old.id, old.a);"
        " INSERT INTO f(rowid, a) VALUES (new.id, new.a); END",
        "CREATE TRIGGER f_remove AFTER DELETE ON t BEGIN INSERT INTO f(f, rowid, a) VALUES ('delete', old.id, old.a); END"};
    const Texts other = {
        "CREATE VIRTUAL TABLE g USING fts5(b, content='t', content_rowid='id')",
        "CREATE TRIGGER g_insert AFTER INSERT ON t BEGIN INSERT INTO g(rowid, b) VALUES (new.id, new.b); END"};
    Texts first{content};
    first.insert(first.end(), index.begin(), index.end());
    Texts both = first;
    both.insert(both.end(), other.begin(), other.end());
    Texts second{content};
    second.insert(second.end(), other.begin(), other.end());
    const auto left = same_as_twin(
        both, "INSERT INTO t VALUES (1, 'x', 'y'); INSERT INTO f(f) VALUES ('delete-all')", second,
        "INSERT INTO t VALUES (1, 'x', 'y')",
        {"UPDATE t SET a = 'z'", "INSERT INTO t VALUES (2, 'p', 'q')", "DELETE FROM t WHERE id = 1"},
        {"SELECT * FROM t", "SELECT rowid FROM g WHERE g MATCH 'q'"});
    CHECK(left == Texts{"table f"});

    const Declaration before(both);
    const Declaration after(second);
    Connection db = memory();
    must(ensure_schema(db, before.info()));
    must(ensure_schema(db, after.info()));
    auto older = ensure_schema(db, before.info());
    REQUIRE_FALSE(older);
    CHECK(older.error() == errc::newer_schema);
    CHECK_THAT(std::string(older.error().message()), ContainsSubstring("f_insert"));
}

TEST_CASE("a full-text table of its own gets a required column only while it is empty")
{
    const Declaration before({"CREATE VIRTUAL TABLE f USING fts5(a)"});
    const Declaration required({"CREATE VIRTUAL TABLE f USING fts5(a, b)"});
    const Declaration optional({"CREATE VIRTUAL TABLE f /* tenantry: optional b */ USING fts5(a, b)"});
    for (const bool has_rows : {false, true}) {
        Connection db = memory();
        must(ensure_schema(db, before.info()));
        if (has_rows) must(db.execute("INSERT INTO f VALUES ('x')"));
        const auto told = must(migrate::forecast(db, required.info(), nullptr, true));
        auto opened = ensure_schema(db, required.info());
        CHECK(opened.has_value() == !has_rows);
        CHECK((told.standing == migrate::Standing::refused) == has_rows);
        if (!has_rows) continue;
        CHECK(opened.error() == errc::destructive_migration);
        CHECK_THAT(std::string(opened.error().message()), ContainsSubstring("column 'b'"));
        must(ensure_schema(db, optional.info()));
        // What is there and NULL cannot be required later.
        const Declaration later({"CREATE VIRTUAL TABLE f USING fts5(a, b, tokenize=porter)"});
        CHECK_FALSE(ensure_schema(db, later.info()));
        must(db.execute("UPDATE f SET b = 'y'"));
        CHECK(ensure_schema(db, later.info()));
    }
}
