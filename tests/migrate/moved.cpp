// Changes in which nothing is in the way: they are done when a database is opened, and a history is led there.
#include <string>
#include <vector>

#include <tenantry/migrate/compare.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/migrate/forecast.hpp>
#include <tenantry/migrate/next_revision.hpp>

#include "support/catch.hpp"
#include "support/declaration.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

using Texts = std::vector<std::string>;

// From one to the other, with rows, by itself and by the revision that is drafted.
void leads_to(const Texts& old, const std::string& rows, const Texts& wanted)
{
    const Declaration before(old);
    const Declaration after(wanted);
    Connection db = must(Connection::open_memory());
    must(ensure_schema(db, before.info()));
    must(db.execute(rows));
    CHECK(must(migrate::forecast(db, after.info(), nullptr, true)).standing == migrate::Standing::behind);
    must(ensure_schema(db, after.info()));
    CHECK(must(compare(db, after.info())).plan.empty());

    std::string all;
    for (const std::string& sql : old) all += sql + ";\n";
    const Revision initial = revision(1, "initial", all);
    const Draft draft = must(next_revision(after.info(), history(initial), "next"));
    const History longer = history(initial, revision(2, "next", draft.to_sql()));
    const Draft none = must(next_revision(after.info(), longer, "none"));
    INFO(none.to_sql());
    CHECK(none.empty());
}

const std::string p = "CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT, b TEXT)";

} // namespace

TEST_CASE("two fields of one constraint go at once, and one of them is left")
{
    const std::string kept = "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT, y TEXT NOT NULL";
    const std::string wanted = "CREATE TABLE t (id INTEGER PRIMARY KEY)";
    leads_to({kept + ", UNIQUE (x, y))"}, "", {wanted});
    leads_to({kept + ", CHECK (x <> y))"}, "", {wanted});
    leads_to({kept + ", CONSTRAINT c CHECK (y <> 'a' OR x IS NULL), UNIQUE (y))"}, "", {wanted});
    leads_to({"CREATE TABLE p (a TEXT, b TEXT, PRIMARY KEY (a, b))",
              kept + ", FOREIGN KEY (x, y) REFERENCES p (a, b))"},
             "", {"CREATE TABLE p (a TEXT, b TEXT, PRIMARY KEY (a, b))", wanted});
    leads_to({"CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT CHECK (x <> y), y TEXT NOT NULL)"}, "",
             {wanted});
}

TEST_CASE("a field goes, and what was generated from it")
{
    leads_to(
        {"CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, g INTEGER AS (a + 1), h INTEGER AS (g + 1))"},
        "", {"CREATE TABLE t (id INTEGER PRIMARY KEY)"});
    leads_to({"CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, g INTEGER AS (a + 1) STORED)",
              "CREATE INDEX i ON t (g)"},
             "INSERT INTO t(a) VALUES (1)", {"CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)"});
}

TEST_CASE("a plain field becomes generated from a new one")
{
    const std::string old = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)";
    leads_to({old}, "INSERT INTO t(a) VALUES (6), (6)",
             {"CREATE TABLE t (id INTEGER PRIMARY KEY, b INTEGER NOT NULL DEFAULT 5, a INTEGER AS (b + 1))"});
    const Declaration before({old});
    const Declaration after(
        {"CREATE TABLE t (id INTEGER PRIMARY KEY, b INTEGER NOT NULL DEFAULT 5, a INTEGER AS (b + 1))"});
    Connection db = must(Connection::open_memory());
    must(ensure_schema(db, before.info()));
    must(db.execute("INSERT INTO t(a) VALUES (7)"));
    auto refused = ensure_schema(db, after.info());
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::destructive_migration);
}

TEST_CASE("a reference goes, and what it referred to gets another key")
{
    leads_to({"CREATE TABLE p (id INTEGER PRIMARY KEY, k TEXT UNIQUE)",
              "CREATE TABLE c (id INTEGER PRIMARY KEY, k TEXT REFERENCES p (k))"},
             "INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES (1, 'a')",
             {"CREATE TABLE p (id INTEGER PRIMARY KEY, k TEXT)",
              "CREATE TABLE c (id INTEGER PRIMARY KEY, k TEXT)"});
    leads_to({"CREATE TABLE p (id INTEGER PRIMARY KEY, k TEXT)", "CREATE UNIQUE INDEX u ON p (k)",
              "CREATE TABLE c (id INTEGER PRIMARY KEY, k TEXT REFERENCES p (k))"},
             "INSERT INTO p VALUES (1, 'a')",
             {"CREATE TABLE p (id INTEGER PRIMARY KEY, k TEXT)", "CREATE TABLE c (id INTEGER PRIMARY KEY)"});
    leads_to({"CREATE TABLE p (k TEXT PRIMARY KEY)",
              "CREATE TABLE c (id INTEGER PRIMARY KEY, k TEXT REFERENCES p)"},
             "",
             {"CREATE TABLE p (k TEXT, n TEXT NOT NULL DEFAULT '', PRIMARY KEY (k, n))",
              "CREATE TABLE c (id INTEGER PRIMARY KEY)"});
}

TEST_CASE("the name of an index or a trigger moves to another table")
{
    const std::string q = "CREATE TABLE q (id INTEGER PRIMARY KEY, a TEXT)";
    leads_to({p, q, "CREATE INDEX i ON p (a)"}, "", {p, q, "CREATE INDEX i ON q (a)"});
    leads_to({p, q, "CREATE TRIGGER g AFTER INSERT ON p BEGIN SELECT 1; END"}, "",
             {p, q, "CREATE TRIGGER g AFTER INSERT ON q BEGIN SELECT 1; END"});
    // Of a table that is rebuilt, and to one.
    leads_to(
        {p, q, "CREATE UNIQUE INDEX i ON p (a)", "CREATE TRIGGER g AFTER INSERT ON p BEGIN SELECT 1; END"},
        "",
        {"CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT, b TEXT UNIQUE)",
         "CREATE TABLE q (id INTEGER PRIMARY KEY, a TEXT UNIQUE)", "CREATE UNIQUE INDEX i ON q (a)",
         "CREATE TRIGGER g AFTER INSERT ON q BEGIN SELECT 1; END"});

    // Of a table that goes: a revision drops it with all that is on it.
    const Declaration after(
        {p, "CREATE INDEX i ON p (a)", "CREATE TRIGGER g AFTER INSERT ON p BEGIN SELECT 1; END"});
    const Revision initial = revision(
        1, "initial",
        p + ';' + q + ";CREATE INDEX i ON q (a); CREATE TRIGGER g AFTER INSERT ON q BEGIN SELECT 1; END");
    const Draft draft = must(next_revision(after.info(), history(initial), "next"));
    const History longer = history(initial, revision(2, "next", draft.to_sql()));
    CHECK(must(next_revision(after.info(), longer, "none")).empty());
}

TEST_CASE("what a plan foretells of references is what opening does")
{
    // Rows that were written without them being enforced.
    const std::string refers = "CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id), x TEXT";
    for (const char* loose :
         {"INSERT INTO c(p) VALUES (7)", "INSERT INTO p VALUES (7, '', ''); INSERT INTO c(p) VALUES (7)"}) {
        Profile profile;
        profile.foreign_keys = false;
        Connection db = must(Connection::open_memory(profile));
        const Declaration before({p, refers + ")"});
        const Declaration after({p, refers + " NOT NULL DEFAULT (lower('X')))"});
        must(ensure_schema(db, before.info()));
        must(db.execute(loose));
        must(db.execute("UPDATE c SET x = 'y'"));
        const auto told = must(migrate::forecast(db, after.info(), nullptr, true));
        auto opened = ensure_schema(db, after.info());
        CHECK((told.standing == migrate::Standing::refused) == !opened);
    }
    // The referred text is another in the new column's type.
    Connection db = must(Connection::open_memory());
    const Declaration before(
        {"CREATE TABLE k (k TEXT PRIMARY KEY)", "CREATE TABLE c (k TEXT REFERENCES k (k) COLLATE nocase)"});
    const Declaration after(
        {"CREATE TABLE k (k TEXT PRIMARY KEY)", "CREATE TABLE c (k INTEGER REFERENCES k (k))"});
    must(ensure_schema(db, before.info()));
    must(db.execute("INSERT INTO k VALUES ('5'); INSERT INTO c VALUES ('5')"));
    const auto told = must(migrate::forecast(db, after.info(), nullptr, true));
    auto opened = ensure_schema(db, after.info());
    CHECK((told.standing == migrate::Standing::refused) == !opened);
}

TEST_CASE("what a collation takes for the same is not the same")
{
    const Declaration before({"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE rtrim)"});
    const Declaration after({"CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER)"});
    for (const bool blank : {false, true}) {
        Connection db = must(Connection::open_memory());
        must(ensure_schema(db, before.info()));
        must(db.execute(blank ? "INSERT INTO t(a) VALUES ('5 ')" : "INSERT INTO t(a) VALUES ('5')"));
        auto opened = ensure_schema(db, after.info());
        CHECK(opened.has_value() == !blank);
        if (!opened) CHECK(opened.error() == errc::destructive_migration);
    }
    // What was generated becomes plain of another type; and what is plain is generated in other letters.
    struct Change {
        const char* old;
        const char* row;
        const char* wanted;
        bool refused;
    };
    for (const Change& c : {Change{"a TEXT, g TEXT AS (a || '')", "'x'", "a TEXT, g INTEGER", true},
                            Change{"a TEXT, g TEXT AS (a || '')", "'5'", "a TEXT, g INTEGER", false},
                            Change{"a TEXT, g TEXT AS (a || '')", "'5 '", "a TEXT, g INTEGER", true},
                            Change{"a TEXT, g TEXT COLLATE nocase DEFAULT 'x'", "'X'",
                                   "a TEXT, g TEXT COLLATE nocase AS (a)", true},
                            Change{"a TEXT, g TEXT COLLATE nocase DEFAULT 'X'", "'X'",
                                   "a TEXT, g TEXT COLLATE nocase AS (a)", false},
                            Change{"a TEXT, g ANY DEFAULT 5", "'5'", "a TEXT, g ANY AS (a)", true}}) {
        INFO(c.old << " to " << c.wanted << " of " << c.row);
        const auto made = [](const char* columns) {
            return Texts{std::string("CREATE TABLE t (id INTEGER PRIMARY KEY, ") + columns + ") STRICT"};
        };
        const Declaration first(made(c.old));
        const Declaration second(made(c.wanted));
        Connection db = must(Connection::open_memory());
        must(ensure_schema(db, first.info()));
        must(db.execute(std::string("INSERT INTO t(a) VALUES (") + c.row + ")"));
        const auto told = must(migrate::forecast(db, second.info(), nullptr, true));
        auto opened = ensure_schema(db, second.info());
        CHECK(opened.has_value() == !c.refused);
        CHECK((told.standing == migrate::Standing::refused) == c.refused);
        if (!opened) CHECK(opened.error() == errc::destructive_migration);
    }
}
