// The differ on plain models, without rows: what it plans, and why.
#include <tenantry/migrate/diff.hpp>

#include <initializer_list>
#include <string>
#include <vector>

#include <tenantry/migrate/apply.hpp>
#include <tenantry/migrate/detail/fit.hpp>
#include <tenantry/migrate/introspect.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace tenantry::migrate;
using test::must;

namespace {

using Texts = std::vector<std::string>;

SchemaModel model(std::initializer_list<const char*> statements)
{
    auto connection = must(sqlite::Connection::open_memory());
    for (const char* sql : statements) must(connection.execute(sql));
    return must(introspect(connection));
}

Plan plan(std::initializer_list<const char*> live, std::initializer_list<const char*> wanted,
          Unknown unknown = Unknown::keep)
{
    return diff(model(live), model(wanted), unknown);
}

Texts titles(std::initializer_list<const char*> live, std::initializer_list<const char*> wanted,
             Unknown unknown = Unknown::keep)
{
    return plan(live, wanted, unknown).titles();
}

// The reasons of the only step.
Texts why(const char* live, const char* wanted)
{
    const Plan found = plan({live}, {wanted});
    REQUIRE(found.steps.size() == 1);
    CHECK(found.steps[0].kind == StepKind::rebuild_table);
    return found.steps[0].why;
}

// What could stand in the way of the only step.
Texts conditions(std::initializer_list<const char*> live, std::initializer_list<const char*> wanted)
{
    const Plan found = plan(live, wanted);
    REQUIRE(found.steps.size() == 1);
    Texts all;
    for (const Condition& condition : found.steps[0].conditions) all.push_back(condition.what);
    return all;
}

const char* const t = "CREATE TABLE t (a INTEGER, b TEXT) STRICT";

} // namespace

TEST_CASE("two that say the same are the same, however they are written")
{
    CHECK(plan({t}, {t}).empty());
    CHECK(plan({t}, {"create table \"T\" ([b] text, -- here\n `a` integer) strict"}).empty());
    CHECK(plan({"CREATE TABLE t (a INTEGER DEFAULT (1), CHECK (a > 0))"},
               {"CREATE TABLE t (a INTEGER CONSTRAINT positive CHECK ((a > 0)) DEFAULT 1)"})
              .empty());
    CHECK(plan({"CREATE TABLE p (x PRIMARY KEY)", "CREATE TABLE t (a REFERENCES p)"},
               {"CREATE TABLE p (x PRIMARY KEY)",
                "CREATE TABLE t (a, FOREIGN KEY (a) REFERENCES p (x) ON DELETE NO ACTION)"})
              .empty());
    CHECK(plan({"CREATE TABLE t (a)", "CREATE INDEX i ON t (a)"},
               {"CREATE TABLE t (a)", "create index I on T (\"a\" asc)"})
              .empty());
}

TEST_CASE("what ALTER TABLE can do is not done by a copy")
{
    CHECK(
        titles(
            {t},
            {"CREATE TABLE t (a INTEGER, b TEXT, c TEXT, d INTEGER NOT NULL DEFAULT 5,"
             " e INTEGER AS (a + 1), f TEXT COLLATE nocase CHECK (f <> ''), g ANY REFERENCES t (a)) STRICT"}) ==
        Texts{"add column t.c", "add column t.d", "add column t.e", "add column t.f", "add column t.g"});
    for (const char* column : {"c TEXT NOT NULL", "c TEXT DEFAULT CURRENT_TIMESTAMP", "c TEXT UNIQUE",
                               "c INTEGER AS (a + 1) STORED", "c TEXT DEFAULT (lower('X'))",
                               "c INTEGER DEFAULT 3 REFERENCES t (a)"}) {
        INFO(column);
        const std::string wanted = std::string("CREATE TABLE t (a INTEGER, b TEXT, ") + column + ") STRICT";
        CHECK(titles({t}, {wanted.c_str()}) == Texts{"rebuild table t"});
    }
}

TEST_CASE("a rebuild says why")
{
    CHECK(why(t, "CREATE TABLE t (a INTEGER, b TEXT)") == Texts{"is no longer STRICT"});
    CHECK(why(t, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT") ==
          Texts{"new: PRIMARY KEY (\"a\")"});
    CHECK(why("CREATE TABLE t (a INTEGER PRIMARY KEY)",
              "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)") == Texts{"becomes AUTOINCREMENT"});
    CHECK(why("CREATE TABLE t (a TEXT PRIMARY KEY)", "CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID")
              .front() == "becomes WITHOUT ROWID");
    CHECK(why("CREATE TABLE t (a, b, PRIMARY KEY (a))", "CREATE TABLE t (a, b, PRIMARY KEY (a, b))").size() ==
          2);
    CHECK(why(t, "CREATE TABLE t (a INTEGER NOT NULL, b TEXT) STRICT") ==
          Texts{"column 'a' becomes NOT NULL"});
    CHECK(why(t, "CREATE TABLE t (a TEXT, b TEXT) STRICT") ==
          Texts{"column 'a' becomes TEXT, it is INTEGER"});
    CHECK(why(t, "CREATE TABLE t (a INTEGER DEFAULT 1, b TEXT) STRICT") ==
          Texts{"column 'a' has another default"});
    CHECK(why(t, "CREATE TABLE t (a INTEGER, b TEXT COLLATE NOCASE) STRICT") ==
          Texts{"column 'b' is compared by nocase"});
    CHECK(why(t, "CREATE TABLE t (a INTEGER, b TEXT AS (a)) STRICT") ==
          Texts{"column 'b' is generated otherwise"});
    CHECK(why("CREATE TABLE t (a, b AS (a))", "CREATE TABLE t (a, b AS (a) STORED)") ==
          Texts{"column 'b' is generated otherwise"});
    CHECK(why(t, "CREATE TABLE t (a INTEGER, b TEXT, CHECK (a > 0)) STRICT") == Texts{"new: CHECK (a > 0)"});
    CHECK(why(t, "CREATE TABLE t (a INTEGER, b TEXT, UNIQUE (a, b)) STRICT") == Texts{"new: UNIQUE (a, b)"});
    const char* const refers = "CREATE TABLE t (a INTEGER REFERENCES t (a))";
    CHECK(why(refers, "CREATE TABLE t (a INTEGER REFERENCES t (a) ON DELETE CASCADE)").size() == 2);
    CHECK(why(refers, "CREATE TABLE t (a INTEGER REFERENCES t (a) ON UPDATE CASCADE)").size() == 2);
    CHECK(why(refers, "CREATE TABLE t (a INTEGER REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED)").size() ==
          2);
    CHECK(plan({refers}, {"CREATE TABLE t (a INTEGER REFERENCES t (a) DEFERRABLE)"})
              .empty()); // it means nothing
}

TEST_CASE("what rows can break is asked for before it is done")
{
    CHECK(conditions({t}, {"CREATE TABLE t (a INTEGER NOT NULL, b TEXT) STRICT"}) ==
          Texts{"column 'a' is NULL, and becomes NOT NULL"});
    CHECK(
        conditions({t}, {"CREATE TABLE t (a INTEGER, b TEXT, c TEXT NOT NULL) STRICT"}) ==
        Texts{
            "a value is needed for column 'c', which is NOT NULL and has no default: declare one, or make it "
            "optional"});
    CHECK(conditions({t}, {"CREATE TABLE t (a INTEGER, b TEXT, c INTEGER NOT NULL AS (a + 1)) STRICT"}) ==
          Texts{"column 'c' is NULL when it is generated, and is NOT NULL"});
    CHECK(conditions({"CREATE TABLE t (a, b TEXT NOT NULL AS ('x'))"},
                     {"CREATE TABLE t (a, b TEXT NOT NULL AS (a))"}) ==
          Texts{"column 'b' is NULL when it is generated, and is NOT NULL"});
    CHECK(conditions({"CREATE TABLE t (a TEXT UNIQUE)"}, {"CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE)"}) ==
          Texts{"what UNIQUE (\"a\") makes unique is the same as in another"});
    // An index that is the same text, and yet another one.
    CHECK(conditions({"CREATE TABLE t (a TEXT)", "CREATE UNIQUE INDEX i ON t (a)"},
                     {"CREATE TABLE t (a TEXT COLLATE NOCASE)", "CREATE UNIQUE INDEX i ON t (a)"}) ==
          Texts{"what 'i' makes unique is the same as in another"});
    CHECK(conditions({"CREATE TABLE t (a TEXT COLLATE NOCASE CHECK (a <> 'x'))"},
                     {"CREATE TABLE t (a TEXT CHECK (a <> 'x'))"}) == Texts{"CHECK (a <> 'x') is not met"});
    CHECK(conditions({"CREATE TABLE t (a)"},
                     {"CREATE TABLE t (a)", "CREATE UNIQUE INDEX i ON t (length(a)) WHERE a > 1"}) ==
          Texts{"what 'i' makes unique is the same as in another"});
}

TEST_CASE("generated columns that are made of others are worked out in their order")
{
    auto db = must(sqlite::Connection::open_memory());
    must(db.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO t VALUES (1, 5), (2, NULL)"));
    const SchemaModel live = must(introspect(db));
    const Plan found =
        diff(live,
             model({"CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, c INTEGER NOT NULL AS (b * 2) STORED,"
                    " b INTEGER AS (a + 1), CHECK (c > 20))"}));
    const auto conflicts = must(find_conflicting_rows(db, found));
    REQUIRE(conflicts.size() == 2);
    CHECK(conflicts[0].first_keys == Texts{"2"});
    CHECK(conflicts[1].first_keys == Texts{"1"});
}

TEST_CASE("indexes, views and triggers are made again where they differ")
{
    const char* const i = "CREATE INDEX i ON t (a)";
    for (const char* other : {"CREATE UNIQUE INDEX i ON t (a)", "CREATE INDEX i ON t (a DESC)",
                              "CREATE INDEX i ON t (b)", "CREATE INDEX i ON t (a) WHERE a > 1",
                              "CREATE INDEX i ON t (a + 1)", "CREATE INDEX i ON t (a COLLATE NOCASE)"})
        CHECK(titles({t, i}, {t, other}) == Texts{"drop index i", "create index i"});
    CHECK(titles({t, "CREATE VIEW v AS SELECT a FROM t"}, {t, "CREATE VIEW v (a) AS SELECT a FROM t"}) ==
          Texts{"drop view v", "create view v"});
    CHECK(titles({t, "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END"},
                 {t, "CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END"}) ==
          Texts{"drop trigger g", "create trigger g"});
    CHECK(titles({t, i, "CREATE VIEW v AS SELECT 1"}, {t}).empty());
    CHECK(plan({t, i, "CREATE VIEW v AS SELECT 1"}, {t}).tolerated == Texts{"view v", "index i"});
    CHECK(titles({t, i, "CREATE VIEW v AS SELECT 1"}, {t}, Unknown::drop) ==
          Texts{"drop view v", "drop index i"});
    // On a table that is rebuilt they stay, and come back.
    const Plan rebuilt = plan({t, i, "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END"},
                              {"CREATE TABLE t (a INTEGER, b TEXT NOT NULL) STRICT"});
    REQUIRE(rebuilt.steps.size() == 1);
    CHECK(rebuilt.steps[0].sql.back() == "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END");
}

TEST_CASE("what names a column that goes does not stay behind to fail")
{
    const Plan found = plan({"CREATE TABLE t (a, b NOT NULL)", "CREATE TABLE u (x)",
                             "CREATE TRIGGER on_t AFTER INSERT ON t BEGIN SELECT new.b; END",
                             "CREATE TRIGGER from_u AFTER INSERT ON u BEGIN INSERT INTO t VALUES (1, 2); END",
                             "CREATE TRIGGER names_it AFTER INSERT ON u BEGIN UPDATE t SET b = 1; END",
                             "CREATE INDEX i ON t (b)"},
                            {"CREATE TABLE t (a)", "CREATE TABLE u (x)"});
    // One that writes into a declared table does not stay either: what it writes would be noticed.
    CHECK(found.titles() == Texts{"drop trigger on_t", "drop trigger from_u", "drop trigger names_it",
                                  "drop index i", "rebuild table t"});
    CHECK(found.steps[0].why == Texts{"it names a column that goes"});
    CHECK(found.tolerated.empty());
}

TEST_CASE("a full-text table is made, filled, made again, and filled again")
{
    const char* const content = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)";
    const char* const f = "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id')";
    const char* const put =
        "CREATE TRIGGER f_insert AFTER INSERT ON t BEGIN INSERT INTO f(rowid, a) VALUES (new.id, new.a); END";
    const Plan made = plan({content}, {content, f, put});
    CHECK(made.titles() == Texts{"create table f", "create trigger f_insert"});
    CHECK(made.steps[0].sql.back() == R"(INSERT INTO "f"("f") VALUES ('rebuild'))");
    CHECK(plan({content, f, put}, {content, f, put}).empty());
    CHECK(titles({content, f, put},
                 {content,
                  "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id', tokenize=porter)",
                  put}) == Texts{"rebuild table f"});
    // Its triggers are new: what was written before is not in it.
    CHECK(titles({content, f}, {content, f, put}) == Texts{"fill table f", "create trigger f_insert"});
    // Its texts are others.
    CHECK(titles({"CREATE TABLE t (id INTEGER PRIMARY KEY, a REAL)", f, put}, {content, f, put}) ==
          Texts{"rebuild table t", "fill table f"});
    CHECK(titles({"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b)", f, put},
                 {"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b NOT NULL DEFAULT 1)", f, put}) ==
          Texts{"rebuild table t"});
    const Plan own =
        plan({"CREATE VIRTUAL TABLE f USING fts5(a, b)"}, {"CREATE VIRTUAL TABLE f USING fts5(a)"});
    REQUIRE(own.steps.size() == 1);
    REQUIRE(own.steps[0].conditions.size() == 1);
    CHECK(own.steps[0].conditions[0].what == "column 'b' holds a value, and is dropped");
}

TEST_CASE("a trigger that no write would get past does not stay where it is not declared")
{
    const char* const content = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)";
    const char* const f = "CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id')";
    const char* const put =
        "CREATE TRIGGER f_insert AFTER INSERT ON t BEGIN INSERT INTO f(rowid, a) VALUES (new.id, new.a); END";
    for (const bool trusted : {false, true}) {
        sqlite::Profile profile;
        profile.trusted_schema = trusted;
        auto db = must(sqlite::Connection::open_memory(profile));
        CHECK(db.trusts_schema() == trusted);
        for (const char* sql : {content, f, put}) must(db.execute(sql));
        const SchemaModel live = must(introspect(db));
        const SchemaModel wanted = model({content});
        const Plan found = diff(live, wanted);
        CHECK(found.titles() == Texts{"drop trigger f_insert"});
        CHECK(found.tolerated.size() == 1);
        CHECK(misfits(live, wanted).size() == (trusted ? 0 : 1)); // what an older program would say
        CHECK(misfits(live, live).empty());
        must(db.execute("BEGIN"));
        must(apply(db, found));
        must(db.execute("COMMIT"));
        CHECK(db.execute("INSERT INTO t VALUES (1, 'x')"));
    }
}

TEST_CASE("a name that something else has is a problem and no plan")
{
    CHECK(plan({"CREATE VIEW t AS SELECT 1 AS a"}, {t}).problems.size() == 1);
    CHECK(plan({"CREATE TABLE u (x)", "CREATE INDEX i ON u (x)"}, {t, "CREATE INDEX i ON t (a)"}).problems ==
          Texts{"index i: the name is in use, by index i on table u"});
    CHECK(plan({"CREATE VIRTUAL TABLE t USING fts5(a)"}, {"CREATE TABLE t (a)"}).problems.size() == 1);
    CHECK(plan({"CREATE VIEW t AS SELECT 1 AS a"}, {t}).steps.empty());
}
