// A fleet that gets its first history: its tenants are at several states by then, and those that are older than the first
// revision are brought there before the history goes on.
#include <tenantry/migrate/ensure.hpp>

#include <functional>
#include <string>
#include <vector>

#include <tenantry/migrate/adopt.hpp>
#include <tenantry/migrate/forecast.hpp>

#include "support/catch.hpp"
#include "support/declaration.hpp"
#include "support/looked_at.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;
using migrate::Standing;

namespace {

using Names = std::vector<std::string>;

// Four releases without a history; the fourth is what its first revision has.
const std::string note_1 = "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT";
const std::string note_2 =
    "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL, colour TEXT NOT NULL DEFAULT 'red') STRICT";
const std::string note_3 =
    "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, colour TEXT NOT NULL DEFAULT 'red',"
    " at INTEGER) STRICT";
const std::string reply =
    "CREATE TABLE reply (id INTEGER PRIMARY KEY, note INTEGER NOT NULL REFERENCES note(id), text TEXT) STRICT";
const std::string by_note = "CREATE INDEX by_note ON reply (note)";
const std::string note_last =
    "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE, colour TEXT NOT NULL DEFAULT 'red',"
    " at INTEGER, seen INTEGER NOT NULL DEFAULT 0) STRICT";

const Declaration& release(std::size_t number)
{
    static const Declaration all[] = {Declaration({note_1}), Declaration({note_1, reply}),
                                      Declaration({note_2, reply, by_note}),
                                      Declaration({note_3, reply, by_note})};
    return all[number - 1];
}
const Declaration& last()
{
    static const Declaration declared({note_last, reply, by_note});
    return declared;
}

Revision first() { return revision(1, "first", note_3 + ';' + reply + ';' + by_note); }
Revision rename()
{
    return revision(2, "body", "ALTER TABLE note RENAME COLUMN text TO body",
                    [](Connection& db) { return db.execute("UPDATE note SET body = upper(body)"); });
}
Revision seen() { return revision(3, "seen", "ALTER TABLE note ADD COLUMN seen INTEGER NOT NULL DEFAULT 0"); }
History whole() { return history(first(), rename(), seen()); }

// Opened by the releases from one to another, one after the other, with rows of each.
Connection opened_by(std::size_t from, std::size_t to)
{
    Connection db = must(Connection::open_memory());
    for (std::size_t n = from; n <= to; ++n) {
        must(ensure_schema(db, release(n).info()));
        must(db.execute("INSERT INTO note(text) VALUES ('of " + std::to_string(n) + "')"));
    }
    return db;
}

Names ledger_of(Connection& db)
{
    Names names;
    const auto ledger = must(migrate::Ledger::read(db));
    for (const auto& row : ledger.rows()) names.push_back(std::string(to_string(row.kind)) + ' ' + row.name);
    return names;
}

// Refused in every way in which it can be asked, and nothing of it has changed.
Error refused(Connection& db, const Declaration& declared, const History& by, bool of_rows = false)
{
    const Texts before = everything(db);
    const auto mark = must(db.query_integer("PRAGMA user_version"));
    auto opened = ensure_schema(db, declared.info(), &by);
    REQUIRE_FALSE(opened);
    const auto told = must(migrate::forecast(db, declared.info(), &by, true));
    REQUIRE(told.standing == Standing::refused);
    CHECK(told.error->code() == opened.error().code());
    const auto without_rows = must(migrate::forecast(db, declared.info(), &by, false));
    CHECK((without_rows.standing == Standing::refused) == !of_rows);
    CHECK(migrate::rehearse(db, declared.info(), &by).error().code() == opened.error().code());
    CHECK(everything(db) == before);
    CHECK(must(db.query_integer("PRAGMA user_version")) == mark);
    return std::move(opened).error();
}

} // namespace

TEST_CASE("a database of any release before the history comes to its end with all rows")
{
    const auto from = GENERATE(std::size_t{1}, 2U, 3U, 4U);
    const auto to = GENERATE(std::size_t{1}, 2U, 3U, 4U);
    if (to < from) return;
    INFO("made by release " << from << ", used by those up to " << to);
    const History revisions = whole();
    Connection db = opened_by(from, to);
    const std::string mark = std::to_string(release(to).info().fingerprint);
    const Names plans[] = {{"rebuild table note", "create table reply", "create index by_note"},
                           {"rebuild table note", "create index by_note"},
                           {"rebuild table note"},
                           {}};
    Names expected = plans[to - 1];
    const bool is_older = !expected.empty();
    expected.insert(expected.end(), {"revision 2 body", "revision 3 seen"});

    const Texts before = everything(db);
    const auto told = must(migrate::forecast(db, last().info(), &revisions, true));
    CHECK(told.standing == Standing::behind);
    CHECK(told.at == mark);
    CHECK(told.to_do == expected);
    CHECK(told.plan.empty() == !is_older);
    CHECK(must(migrate::rehearse(db, last().info(), &revisions)).done == expected);
    CHECK(everything(db) == before);

    const Names ledger = ledger_of(db);
    const auto done = must(ensure_schema(db, last().info(), &revisions));
    CHECK(done.from == mark);
    CHECK(done.to == "revision 3");
    CHECK(done.done == expected);
    Names noted = ledger;
    if (is_older) noted.push_back("automatic automatic");
    noted.insert(noted.end(), {"included first", "revision body", "revision seen"});
    CHECK(ledger_of(db) == noted);
    for (std::size_t n = from; n <= to; ++n)
        CHECK(must(db.query_integer(
                  ("SELECT count(*) FROM note WHERE body = 'OF " + std::to_string(n) + "' AND seen = 0")
                      .c_str())) == 1);
    CHECK(must(ensure_schema(db, last().info(), &revisions)).was_current);
    CHECK(must(db.query_integer("PRAGMA foreign_keys")) == 1);
    // The programs from before it know that they are older.
    CHECK(ensure_schema(db, release(to).info()).error() == errc::history_mismatch);
}

TEST_CASE("a history of one revision is come to in one step, with the mark")
{
    Connection db = opened_by(1, 1);
    const History revisions = history(first());
    CHECK(must(ensure_schema(db, release(4).info(), &revisions)).to == "revision 1");
    CHECK(must(db.query_integer("PRAGMA user_version")) == revisions.mark(release(4).info().fingerprint));
    CHECK(ledger_of(db) == Names{"automatic automatic", "included first"});
    // What the program declares is looked at in the same step.
    Connection other = opened_by(1, 1);
    const Texts before = everything(other);
    CHECK(ensure_schema(other, last().info(), &revisions).error() == errc::migration_failed);
    CHECK(everything(other) == before);
}

TEST_CASE("what the first revision would lose is refused with the rows, and goes on once they are mended")
{
    const History revisions = whole();
    Connection db = opened_by(1, 2);
    must(db.execute("INSERT INTO note(text) VALUES ('of 1')"));
    const Error error = refused(db, last(), revisions, true);
    CHECK(error == errc::destructive_migration);
    CHECK_THAT(std::string(error.message()), ContainsSubstring("revision 1 first") &&
                                                 ContainsSubstring("2 rows") &&
                                                 ContainsSubstring("(key 1; 3)"));
    must(db.execute("UPDATE note SET text = 'other' WHERE id = 3"));
    CHECK(must(ensure_schema(db, last().info(), &revisions)).to == "revision 3");
    CHECK(must(db.query_integer("SELECT count(*) FROM note WHERE body IN ('OF 1', 'OF 2', 'OTHER')")) == 3);
}

TEST_CASE(
    "what is not known to be older than the first revision is a mismatch, and the message says what to do")
{
    const History revisions = whole();
    SECTION("no program of the fleet's has been here")
    {
        Connection db = opened_by(1, 1);
        must(db.execute("PRAGMA user_version = 0"));
        const Error error = refused(db, last(), revisions);
        CHECK(error == errc::history_mismatch);
        CHECK_THAT(std::string(error.message()), ContainsSubstring("Adopt it"));
        CHECK_THAT(std::string(error.plan()), ContainsSubstring("1. rebuild table note"));
    }
    SECTION("it has what a later revision makes")
    {
        const auto [made, name] = GENERATE(table<std::string, std::string>(
            {{note_1.substr(0, note_1.size() - 8) + ", seen INTEGER) STRICT", "column note.seen"},
             {note_1 + "; CREATE TABLE tag (x)", "table tag"},
             {note_1 + "; CREATE INDEX later ON note (text)", "index later"},
             {note_1 + "; CREATE VIEW latest AS SELECT 1", "view latest"}}));
        const Declaration branch({made});
        Connection db = must(Connection::open_memory());
        must(ensure_schema(db, branch.info()));
        const History more = history(first(), rename(), seen(),
                                     revision(4, "more",
                                              "CREATE TABLE tag (x); CREATE INDEX later ON note (body);"
                                              "CREATE VIEW latest AS SELECT 1"));
        const Error error = refused(db, last(), more);
        CHECK(error == errc::history_mismatch);
        CHECK_THAT(std::string(error.message()), ContainsSubstring("it has " + name + ','));
    }
    SECTION("a newer program without a history has been here")
    {
        Connection db = opened_by(4, 4);
        const Declaration newer({note_2, reply, by_note});
        must(db.execute(
            "CREATE TABLE _tenantry_migrations (id INTEGER PRIMARY KEY, kind TEXT, revision INTEGER,"
            " name TEXT, checksum TEXT, compatible INTEGER, applied_at INTEGER, duration_us INTEGER,"
            " library TEXT); DROP TABLE note; " +
            note_2));
        for (const Declaration* past : {&last(), &newer})
            must(db.execute("INSERT INTO _tenantry_migrations(kind, name, checksum, compatible, applied_at,"
                            " duration_us, library) VALUES ('automatic', 'automatic', '" +
                            std::to_string(past->info().fingerprint) + "', 0, 0, 0, '')"));
        const Error error = refused(db, last(), revisions);
        CHECK(error == errc::history_mismatch);
        CHECK_THAT(std::string(error.message()), ContainsSubstring("newer than this one"));
    }
}

TEST_CASE("a name that something else has in the older database is said")
{
    const Declaration with_view({note_1, "CREATE VIEW reply AS SELECT 1"});
    Connection db = must(Connection::open_memory());
    must(ensure_schema(db, with_view.info()));
    const History revisions = whole();
    const Error error = refused(db, last(), revisions);
    CHECK(error == errc::migration_failed);
    CHECK_THAT(std::string(error.message()),
               ContainsSubstring("table reply: the name is in use, by view reply"));
}

TEST_CASE("a revision that fails leaves an older database at the first one, from which it goes on")
{
    Connection db = opened_by(1, 3);
    const RevisionStep fails_with_rows = [](Connection& at) {
        return at.execute("INSERT INTO note(body) SELECT body FROM note");
    };
    const History broken = history(first(), revision(2, "body", rename().sql, fails_with_rows), seen());
    CHECK(ensure_schema(db, last().info(), &broken).error() == errc::migration_failed);
    CHECK(ledger_of(db).back() == "included first");
    CHECK(must(db.query_integer("SELECT count(*) FROM note WHERE text LIKE 'of %'")) == 3);
    const History mended = whole();
    const auto told = must(migrate::forecast(db, last().info(), &mended, true));
    CHECK(told.at == "revision 1");
    CHECK(told.plan.empty());
    CHECK(must(ensure_schema(db, last().info(), &mended)).done ==
          Names{"revision 2 body", "revision 3 seen"});
    CHECK(must(db.query_integer("SELECT count(*) FROM note WHERE body LIKE 'OF %'")) == 3);
}

TEST_CASE("an adopted database comes to a history as well: as it is, or once the declaration has changed")
{
    // Its references are not declared; that its texts are unique is not theirs.
    Connection db = must(Connection::open_memory());
    must(db.execute(
        "PRAGMA user_version = 12; CREATE TABLE who (id INTEGER PRIMARY KEY); INSERT INTO who VALUES (1);"
        "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL, colour TEXT NOT NULL,"
        " at INTEGER, who INTEGER REFERENCES who(id)) STRICT;" +
        reply + "; INSERT INTO note(text, colour, who) VALUES ('a', 'red', 1)"));
    const auto still_theirs = [&db] {
        CHECK(must(db.query_integer("PRAGMA user_version")) == 12);
        CHECK_FALSE(db.execute("UPDATE note SET who = 2"));
    };
    must(adopt(db, release(4).info()));
    const History one = history(first());
    SECTION("as it is")
    {
        const Texts before =
            rows_of(db, "SELECT sql FROM sqlite_schema WHERE name <> '_tenantry_migrations'");
        CHECK(must(ensure_schema(db, release(4).info(), &one)).done.empty());
        CHECK(must(ensure_schema(db, release(4).info(), &one)).was_current);
        CHECK(rows_of(db, "SELECT sql FROM sqlite_schema WHERE name <> '_tenantry_migrations'") == before);
        CHECK(ledger_of(db) == Names{"adopted adopted", "included first"});
        // A revision of data alone is run.
        Connection same = must(Connection::open_memory());
        must(same.execute(
            "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL, colour TEXT NOT NULL,"
            " at INTEGER) STRICT;" +
            reply));
        must(adopt(same, release(4).info()));
        const History two = history(first(), revision(2, "data", "UPDATE note SET colour = 'blue'"));
        CHECK(must(ensure_schema(same, release(4).info(), &two)).done == Names{"revision 2 data"});
    }
    SECTION("once the declaration has changed")
    {
        const History revisions = whole();
        CHECK(must(ensure_schema(db, last().info(), &revisions)).done ==
              Names{"rebuild table note", "create index by_note", "revision 2 body", "revision 3 seen"});
        CHECK(must(ensure_schema(db, last().info(), &revisions)).was_current);
        CHECK(must(db.query_integer("SELECT count(*) FROM note WHERE body = 'A' AND who = 1")) == 1);
    }
    still_theirs();
}
