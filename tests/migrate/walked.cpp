// What the random walks have found, each by itself: silent losses, statements that only an older database refused, plans
// that did not work, and forecasts that were wrong.
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/migrate/compare.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/migrate/forecast.hpp>
#include <tenantry/migrate/next_revision.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>

#include "support/catch.hpp"
#include "support/declaration.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

using Texts = std::vector<std::string>;

Connection memory(bool trusted = false)
{
    Profile profile;
    profile.trusted_schema = trusted;
    return must(Connection::open_memory(profile));
}

// The first value of the first row.
std::string ask(Connection& db, const std::string& sql)
{
    const Privileged gate(db);
    auto rows = must(db.prepare(sql));
    REQUIRE(must(rows.step()));
    return std::string(rows.text(0));
}

// Opens a database of `old` with these rows by `wanted`; it does what was foretold. Is it brought there?
bool brought(Connection& db, const Texts& old, const std::string& rows, const Texts& wanted)
{
    const Declaration before(old);
    const Declaration after(wanted);
    must(ensure_schema(db, before.info()));
    must(db.execute(rows));
    const auto told = must(migrate::forecast(db, after.info(), nullptr, true));
    const auto opened = ensure_schema(db, after.info());
    INFO((opened ? std::string() : said(opened.error())));
    CHECK((told.standing == migrate::Standing::refused) == !opened);
    if (!opened) {
        CHECK(opened.error() == errc::destructive_migration);
        return false;
    }
    CHECK(told.to_do == opened->done);
    CHECK(must(compare(db, after.info())).plan.steps.empty());
    return true;
}

} // namespace

TEST_CASE("what a declared column's numbers mean does not pass to a column that is left behind it")
{
    const std::string at =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, at INTEGER /* tenantry: time in 1/1000 s */";
    Connection db = memory();
    CHECK(brought(db, {at + ", gone INTEGER, CHECK (gone <> at))"}, "INSERT INTO t(at) VALUES (5000)",
                  {at + "\n)"}));
    CHECK(
        ask(db,
            "SELECT sql LIKE '%\"at\" INTEGER /* tenantry: time in 1/1000 s */%' OR"
            " sql LIKE '%at INTEGER /* tenantry: time in 1/1000 s */%' FROM sqlite_schema WHERE name = 't'") ==
        "1");
    // So a change of the unit is seen in the next release.
    const Declaration seconds(
        {"CREATE TABLE t (id INTEGER PRIMARY KEY, at INTEGER /* tenantry: time in 1 s */)"});
    must(ensure_schema(db, seconds.info()));
    CHECK(ask(db, "SELECT at FROM t") == "5");
}

TEST_CASE("a key that was a number is compared like every other value when it becomes something else")
{
    const std::string large = "INSERT INTO t VALUES (9007199254740993)";
    Connection real = memory();
    CHECK_FALSE(brought(real, {"CREATE TABLE t (k INTEGER PRIMARY KEY) STRICT"}, large,
                        {"CREATE TABLE t (k REAL PRIMARY KEY NOT NULL) STRICT"}));
    CHECK(ask(real, "SELECT k FROM t") == "9007199254740993");
    Connection bytes = memory();
    CHECK_FALSE(brought(bytes, {"CREATE TABLE t (k INTEGER PRIMARY KEY) STRICT"}, large,
                        {"CREATE TABLE t (k BLOB PRIMARY KEY NOT NULL) STRICT"}));
    Connection text = memory();
    CHECK(brought(text, {"CREATE TABLE t (k INTEGER PRIMARY KEY) STRICT"}, large,
                  {"CREATE TABLE t (k TEXT PRIMARY KEY NOT NULL) STRICT"}));
    CHECK(ask(text, "SELECT k FROM t") == "9007199254740993");
}

TEST_CASE("a key that becomes the rowid holds whole numbers, or is refused as was foretold")
{
    for (const bool text : {false, true}) {
        Connection db = memory();
        CHECK(brought(db, {"CREATE TABLE t (k INTEGER NOT NULL PRIMARY KEY) WITHOUT ROWID"},
                      text ? "INSERT INTO t VALUES ('x')" : "INSERT INTO t VALUES (7)",
                      {"CREATE TABLE t (k INTEGER NOT NULL PRIMARY KEY)"}) == !text);
    }
}

TEST_CASE("rows of a table that gets an id keep the numbers that they had")
{
    Connection db = memory();
    CHECK(
        brought(db, {"CREATE TABLE t (a TEXT)"}, "INSERT INTO t(rowid, a) VALUES (4, 'x'), (1, 'y')",
                {"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, t INTEGER DEFAULT 4 REFERENCES t (id))"}));
    CHECK(ask(db, "SELECT id FROM t WHERE a = 'x'") == "4");
    // Without such numbers they are given some.
    Connection other = memory();
    CHECK(
        brought(other, {"CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID"},
                "INSERT INTO t VALUES ('x'), ('y')",
                {"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, t INTEGER DEFAULT 2 REFERENCES t (id))"}));
    CHECK(ask(other, "SELECT count(DISTINCT id) FROM t") == "2");
}

TEST_CASE("a text that is no number stays in a column of numbers that is not STRICT, as was foretold")
{
    const std::string old = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE nocase)";
    const std::string wanted = "CREATE TABLE t (id INTEGER PRIMARY KEY, a datetime COLLATE nocase";
    Connection unique = memory();
    CHECK(brought(unique, {old}, "INSERT INTO t(a) VALUES ('x'), ('y')", {wanted + " UNIQUE)"}));
    Connection twice = memory();
    CHECK_FALSE(brought(twice, {old}, "INSERT INTO t(a) VALUES ('x'), ('X')", {wanted + " UNIQUE)"}));
    Connection checked = memory();
    CHECK(brought(checked, {old}, "INSERT INTO t(a) VALUES ('x'), ('7')",
                  {wanted + ", b datetime DEFAULT 'now' CHECK (b = 'now'), CHECK (a = 'X' OR a > 5))"}));
    CHECK(ask(checked, "SELECT group_concat(typeof(a)) FROM t") == "text,integer");
}

TEST_CASE("a column with a check is added to a table WITHOUT ROWID, wherever its key stands")
{
    // SQLite 3.40 says of such rows that they hold NULL, and does not add the column.
    const std::string old = "CREATE TABLE t (a INTEGER NOT NULL, k TEXT NOT NULL PRIMARY KEY";
    for (const char* column :
         {"b INTEGER CHECK (b IN (0, 1))", "b INTEGER NOT NULL DEFAULT 0 CHECK (b IN (0, 1))",
          "b INTEGER NOT NULL AS (length(k))"}) {
        Connection db = memory();
        INFO(column);
        CHECK(brought(db, {old + ") STRICT, WITHOUT ROWID"}, "INSERT INTO t VALUES (1, 'k')",
                      {old + ", " + column + ") STRICT, WITHOUT ROWID"}));
        CHECK(ask(db, "SELECT a || k FROM t") == "1k");
    }
}

TEST_CASE("a generated column is added after what it is made of, and is asked about")
{
    const std::string old = "CREATE TABLE t (id INTEGER PRIMARY KEY";
    for (const char* made : {"g TEXT NOT NULL AS (h || a), h TEXT AS (a || '!'), a TEXT",
                             "g TEXT NOT NULL AS (h || a), h TEXT AS (a || '!'), a TEXT DEFAULT 'x'"}) {
        const bool has_default = std::string_view(made).ends_with("'x'");
        Connection db = memory();
        CHECK(brought(db, {old + ")"}, "INSERT INTO t VALUES (1)", {old + ", " + made + ")"}) == has_default);
        if (has_default) CHECK(ask(db, "SELECT g FROM t") == "x!x");
    }
    // And is compared as its type has it.
    Connection db = memory();
    CHECK(brought(db, {"CREATE TABLE t (a INTEGER, g TEXT AS (a))"}, "INSERT INTO t(a) VALUES (5)",
                  {"CREATE TABLE t (a INTEGER, g TEXT AS (a), CHECK (g < 900000))"}));
    Connection same = memory();
    CHECK_FALSE(brought(same, {"CREATE TABLE t (a, g INTEGER AS (a))"}, "INSERT INTO t(a) VALUES (5), ('5')",
                        {"CREATE TABLE t (a, g INTEGER AS (a), UNIQUE (g))"}));
}

TEST_CASE("an older release is told that a full-text table of its own has other columns by now")
{
    struct Change {
        const char* old;
        const char* by_now;
        bool fits;
    };
    for (const Change& c : {Change{"f USING fts5(a, b)", "f USING fts5(a)", false},
                            Change{"f USING fts5(a)", "f USING fts5(a, b)", false},
                            Change{"f USING fts5(a)", "f /* tenantry: optional b */ USING fts5(a, b)", true},
                            Change{"f USING fts5(a)", "f /* tenantry: optional a */ USING fts5(a)", false},
                            Change{"f /* tenantry: optional a */ USING fts5(a)", "f USING fts5(a)", false},
                            Change{"f USING fts5(a)", "f USING fts5(a, tokenize=porter)", true}}) {
        INFO(c.old << " then " << c.by_now);
        const Declaration before({std::string("CREATE VIRTUAL TABLE ") + c.old});
        const Declaration after({std::string("CREATE VIRTUAL TABLE ") + c.by_now});
        Connection db = memory(true);
        must(ensure_schema(db, before.info()));
        must(ensure_schema(db, after.info()));
        const auto told = must(migrate::forecast(db, before.info(), nullptr, true));
        const auto older = ensure_schema(db, before.info());
        CHECK(older.has_value() == c.fits);
        CHECK((told.standing == migrate::Standing::newer) == c.fits);
        if (!older) CHECK(older.error() == errc::newer_schema);
    }
}

TEST_CASE("an older release is told of an index that a cascade of its own would have to keep in step")
{
    const std::string p = "CREATE TABLE p (id INTEGER PRIMARY KEY)";
    const Declaration before({p});
    const Declaration after(
        {p, "CREATE TABLE c (id INTEGER PRIMARY KEY, a TEXT, p INTEGER REFERENCES p (id) ON DELETE CASCADE)",
         "CREATE VIRTUAL TABLE f USING fts5(a, content='c', content_rowid='id')",
         "CREATE TRIGGER f_remove AFTER DELETE ON c BEGIN INSERT INTO f(f, rowid, a) VALUES ('delete', old.id, old.a); END"});
    Connection db = memory(false);
    must(ensure_schema(db, before.info()));
    must(ensure_schema(db, after.info()));
    const auto older = ensure_schema(db, before.info());
    REQUIRE_FALSE(older);
    CHECK(older.error() == errc::newer_schema);
    CHECK_THAT(std::string(older.error().message()), ContainsSubstring("f_remove on c"));
    // One that trusts the schema works with it.
    Connection trusting = memory(true);
    must(ensure_schema(trusting, before.info()));
    must(ensure_schema(trusting, after.info()));
    CHECK(must(ensure_schema(trusting, before.info())).is_newer);
}

TEST_CASE("a table is renamed in a revision that builds another one anew, and what refers to it follows")
{
    const std::string c = "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES ";
    const std::string view = "CREATE VIEW v AS SELECT a FROM ";
    const std::string trigger = "CREATE TRIGGER g AFTER INSERT ON c BEGIN UPDATE ";
    const std::string old = "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT)";
    const Declaration before({old, c + "p (id))", view + "p", trigger + "p SET a = 'x'; END",
                              "CREATE TABLE other (id INTEGER PRIMARY KEY, a TEXT)"});
    const Declaration after({"CREATE TABLE q (id INTEGER PRIMARY KEY, a TEXT)", c + "q (id))", view + "q",
                             trigger + "q SET a = 'x'; END",
                             "CREATE TABLE other (id INTEGER PRIMARY KEY, a TEXT UNIQUE)"});
    const Revision one = revision(1, "one", must(next_revision(before.info(), history(), "one")).to_sql());
    const Rename renames[] = {rename_table("p", "q")};
    const Draft draft = must(next_revision(after.info(), history(one), "two", renames));
    const History both = history(one, revision(2, "two", draft.to_sql()));
    const Draft none = must(next_revision(after.info(), both, "none"));
    INFO(draft.to_sql() << "leaves\n" << none.to_sql());
    CHECK(none.empty());
    Connection db = memory();
    const History first = history(one);
    must(ensure_schema(db, before.info(), &first));
    must(db.execute("INSERT INTO p VALUES (3, 'y'); INSERT INTO c VALUES (1, 3)"));
    must(ensure_schema(db, after.info(), &both));
    CHECK(ask(db, "SELECT a FROM v") == "x");
    CHECK_FALSE(db.execute("DELETE FROM q"));
}

TEST_CASE("a rename is rehearsed as it is done, whatever is rebuilt after it")
{
    const std::string view = "CREATE VIEW v AS SELECT a FROM ";
    const std::string wanted = "CREATE TABLE q (id INTEGER PRIMARY KEY, a TEXT UNIQUE)";
    const Declaration last({wanted, view + "q"});
    const Revision one = revision(1, "one", "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT); " + view + "p");
    const Revision two = revision(2, "two", "ALTER TABLE p RENAME TO q");
    const Draft draft = must(next_revision(last.info(), history(one, two), "three"));
    const History all =
        history(one, two, revision(3, "three", draft.to_sql() + "INSERT INTO q(a) SELECT a || '!' FROM v;"));
    const Declaration first({"CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT)", view + "p"});
    Connection db = memory();
    const History begun = history(one);
    must(ensure_schema(db, first.info(), &begun));
    must(db.execute("INSERT INTO p VALUES (1, 'x')"));
    const auto rehearsed = must(migrate::rehearse(db, last.info(), &all));
    CHECK(rehearsed.done == Texts{"revision 2 two", "revision 3 three"});
    CHECK(must(ensure_schema(db, last.info(), &all)).done == rehearsed.done);
}
