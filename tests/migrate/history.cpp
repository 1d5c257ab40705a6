#include <tenantry/migrate/history.hpp>

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <tenantry/migrate/adopt.hpp>
#include <tenantry/migrate/compare.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/migrate/forecast.hpp>
#include <tenantry/migrate/next_revision.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/table.hpp>
#include <tenantry/sqlite/codecs.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

struct Person {
    Id<Person> id{};
    std::string first{};
    std::string last{};
    std::int64_t born{};
};
struct People
    : Schema<Table<"person", Person, Default<&Person::born, 1900>, Index<"by_last", &Person::last>>> {};

const SchemaInfo& declared = schema_info<People>();

const char* const initial_sql =
    "CREATE TABLE \"person\" (\"id\" INTEGER PRIMARY KEY, \"name\" TEXT NOT NULL) STRICT";

Revision initial() { return revision(1, "initial", initial_sql); }

// Splits `name` at the blank.
Revision split()
{
    return revision(2, "split",
                    "ALTER TABLE person RENAME COLUMN name TO \"first\";"
                    "ALTER TABLE person ADD COLUMN \"last\" TEXT NOT NULL DEFAULT ''",
                    [](Connection& db) -> Result<void> {
                        return db.execute("UPDATE person SET last = substr(first, instr(first, ' ') + 1),"
                                          " first = substr(first, 1, instr(first, ' ') - 1)");
                    });
}

const char* const strict_sql =
    "-- tenantry: rebuilds tables\n"
    "CREATE TABLE \"new\" (\"id\" INTEGER PRIMARY KEY, \"first\" TEXT NOT NULL, \"last\" TEXT NOT NULL,"
    " \"born\" INTEGER NOT NULL DEFAULT 1900) STRICT;"
    "INSERT INTO new(id, first, last) SELECT id, first, last FROM person; DROP TABLE person;"
    "ALTER TABLE new RENAME TO person";
Revision born() { return revision(3, "born", strict_sql); }
Revision index() { return revision(4, "index", "CREATE INDEX by_last ON person (\"last\")"); }

History whole() { return history(initial(), split(), born(), index()); }

Connection database(const TempDir& dir, const std::string& sql = {})
{
    Connection connection = must(Connection::open(dir.path() / "a.db", OpenMode::create));
    must(connection.execute(sql));
    return connection;
}

using Names = std::vector<std::string>;

Names names_in_ledger(Connection& connection)
{
    Names names;
    const auto ledger = must(migrate::Ledger::read(connection));
    for (const auto& row : ledger.rows()) names.push_back(std::string(to_string(row.kind)) + ' ' + row.name);
    return names;
}

// At revision 1, with rows.
Connection old_database(const TempDir& dir)
{
    Connection connection = database(dir);
    constexpr SchemaObject person{
        "table",
        "person",
        "person",
        "CREATE TABLE \"person\" (\"id\" INTEGER PRIMARY KEY, \"name\" TEXT NOT NULL) STRICT",
        {}};
    constexpr SchemaObject objects[] = {person};
    const History first = history(initial());
    must(ensure_schema(connection, SchemaInfo{objects, 77}, &first));
    must(connection.execute("INSERT INTO person(name) VALUES ('Ada Lovelace'), ('Alan Turing')"));
    return connection;
}

} // namespace

TEST_CASE("a new database gets the declared schema at once, and counts every revision as included")
{
    TempDir dir;
    Connection connection = database(dir);
    const History revisions = whole();
    const auto made = must(ensure_schema(connection, declared, &revisions));
    CHECK(made.done == Names{"create table person", "create index by_last"});
    CHECK(names_in_ledger(connection) ==
          Names{"included initial", "included split", "included born", "included index"});
    CHECK(must(ensure_schema(connection, declared, &revisions)).was_current);
    CHECK(must(connection.query_integer("PRAGMA user_version")) == revisions.mark(declared.fingerprint));
}

TEST_CASE("an old database runs what it lacks, with its data steps")
{
    TempDir dir;
    Connection connection = old_database(dir);
    const History revisions = whole();
    const auto told = must(migrate::forecast(connection, declared, &revisions, true));
    CHECK(told.standing == migrate::Standing::behind);
    CHECK(told.at == "revision 1");
    CHECK(told.to_do == Names{"revision 2 split", "revision 3 born", "revision 4 index"});
    CHECK(must(migrate::rehearse(connection, declared, &revisions)).done == told.to_do);
    CHECK(names_in_ledger(connection).size() == 1);

    const auto done = must(ensure_schema(connection, declared, &revisions));
    CHECK(done.from == "revision 1");
    CHECK(done.to == "revision 4");
    CHECK(done.done == told.to_do);
    CHECK(must(connection.query_integer(
              "SELECT count(*) FROM person WHERE first = 'Ada' AND last = 'Lovelace' AND born = 1900")) == 1);
    CHECK(must(compare(connection, declared)).same());
    CHECK(must(ensure_schema(connection, declared, &revisions)).was_current);
    const auto ledger = must(migrate::Ledger::read(connection));
    CHECK(ledger.rows().back().library == library_version);
    CHECK(ledger.rows().back().checksum == index().checksum());
    CHECK(ledger.rows().back().applied_at.time_since_epoch().count() > 1'600'000'000'000);
    CHECK(must(connection.query_integer("PRAGMA foreign_keys")) == 1);
}

TEST_CASE("a failing revision leaves the database at the one before")
{
    TempDir dir;
    Connection connection = old_database(dir);
    const int fault = GENERATE(0, 1, 2, 3, 4);
    const RevisionStep faults[] = {
        [](Connection& db) { return db.execute("UPDATE nobody SET x = 1"); },
        [](Connection&) -> Result<void> { throw std::runtime_error("no"); },
        [](Connection& db) { return db.execute("COMMIT"); },
        [](Connection&) -> Result<void> { return fail(errc::constraint, "not this one"); },
        [](Connection& db) -> Result<void> {
            must(db.execute("UPDATE nobody SET x = 1"));
            return {};
        },
    };
    const History broken =
        history(initial(), split(), revision(3, "born", strict_sql, faults[fault]), index());
    auto failed = ensure_schema(connection, declared, &broken);
    REQUIRE_FALSE(failed);
    CHECK(failed.error() == errc::migration_failed);
    CHECK_THAT(std::string(failed.error().message()), ContainsSubstring("revision 3 born"));
    if (fault == 0 || fault == 4) {
        CHECK_THAT(std::string(failed.error().message()), ContainsSubstring("no such table: nobody"));
        CHECK(failed.error().sql() == "UPDATE nobody SET x = 1");
    }
    if (fault == 2) return; // who ends the transaction himself has ended it
    CHECK(names_in_ledger(connection) == Names{"included initial", "revision split"});
    CHECK(must(connection.query_integer("SELECT count(*) FROM person WHERE last = 'Turing'")) == 1);
    const History mended = whole();
    CHECK(must(ensure_schema(connection, declared, &mended)).done ==
          Names{"revision 3 born", "revision 4 index"});
}

TEST_CASE("a revision that was merged late is run")
{
    TempDir dir;
    Connection connection = old_database(dir);
    const History without = history(initial(), split(), born(), revision(5, "index", index().sql));
    must(ensure_schema(connection, declared, &without));
    const History with = history(initial(), split(), born(), revision(4, "late", "CREATE TABLE late (x)"),
                                 revision(5, "index", index().sql));
    CHECK(must(ensure_schema(connection, declared, &with)).done == Names{"revision 4 late"});
    CHECK(names_in_ledger(connection).back() == "revision late");
}

TEST_CASE("a revision that was edited or taken out is a mismatch, and nothing is done")
{
    TempDir dir;
    Connection connection = old_database(dir);
    const History before = history(initial(), split(), born());
    (void)ensure_schema(connection, declared, &before); // all three run: only an index is missing
    const Names ledger = names_in_ledger(connection);
    REQUIRE(ledger.size() == 3);
    SECTION("edited")
    {
        const History edited = history(initial(), revision(2, "split", "SELECT 1"), born(), index());
        auto refused = ensure_schema(connection, declared, &edited);
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::history_mismatch);
        CHECK_THAT(std::string(refused.error().message()),
                   ContainsSubstring("revision 2 'split'") && ContainsSubstring("edited"));
    }
    SECTION("missing")
    {
        const History missing = history(initial(), born(), index());
        auto refused = ensure_schema(connection, declared, &missing);
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::history_mismatch);
        CHECK_THAT(std::string(refused.error().message()),
                   ContainsSubstring("revision 2 'split'") && ContainsSubstring("missing"));
    }
    SECTION("no history at all")
    {
        auto refused = ensure_schema(connection, SchemaInfo{declared.objects, 4});
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::history_mismatch);
    }
    CHECK(names_in_ledger(connection) == ledger);
}

TEST_CASE("an older program beside a newer history works where rows can be written, or says newer_schema")
{
    TempDir dir;
    Connection connection = old_database(dir);
    const History older = whole();
    auto migrated_by = [&](Revision next) {
        const History newer = history(initial(), split(), born(), index(), std::move(next));
        auto done = ensure_schema(connection, declared, &newer);
        // The declaration is the old one here, so that a revision which it does not fit is told; the ledger is what counts.
        return done.has_value();
    };
    SECTION("a column that can be left out")
    {
        REQUIRE(migrated_by(revision(5, "note", "ALTER TABLE person ADD COLUMN note TEXT")));
        const auto found = must(ensure_schema(connection, declared, &older));
        CHECK(found.is_newer);
        CHECK(found.tolerated == Names{"run by a newer program: revision 5 'note'", "column person.note"});
        must(connection.execute("INSERT INTO person(first, last, born) VALUES ('a', 'b', 1)"));
    }
    SECTION("one that cannot")
    {
        must(ensure_schema(connection, declared, &older));
        const std::string sql =
            "-- tenantry: rebuilds tables\nALTER TABLE person RENAME TO gone; DROP INDEX by_last;"
            "CREATE TABLE person (id INTEGER PRIMARY KEY, first TEXT NOT NULL, last TEXT NOT NULL,"
            " born INTEGER NOT NULL, must TEXT NOT NULL) STRICT";
        Revision next = revision(5, "must", sql);
        next.compatible = GENERATE(false, true);
        must(connection.execute(sql));
        auto ledger = must(migrate::Ledger::read(connection));
        must(ledger.add(connection, detail::ledger_row(next, migrate::LedgerKind::revision)));
        must(connection.execute("PRAGMA user_version = 1"));
        auto found = ensure_schema(connection, declared, &older);
        CHECK(found.has_value() == next.compatible);
        if (found) {
            CHECK(found->is_newer);
        } else {
            CHECK(found.error() == errc::newer_schema);
            CHECK_THAT(std::string(found.error().message()), ContainsSubstring("column person.must"));
        }
    }
}

TEST_CASE("a database without a ledger is taken to be where its schema is")
{
    TempDir dir;
    Connection connection = database(dir);
    const History revisions = whole();
    SECTION("after the second")
    {
        must(connection.execute(std::string(initial_sql) + ';' + split().sql));
        CHECK(must(ensure_schema(connection, declared, &revisions)).done ==
              Names{"revision 3 born", "revision 4 index"});
        CHECK(names_in_ledger(connection) ==
              Names{"included initial", "included split", "revision born", "revision index"});
    }
    SECTION("one made without a history")
    {
        must(ensure_schema(connection, declared));
        CHECK(must(ensure_schema(connection, declared, &revisions)).done.empty());
        CHECK(names_in_ledger(connection).size() == 4);
    }
    SECTION("nowhere")
    {
        must(connection.execute("CREATE TABLE person (something)"));
        auto refused = ensure_schema(connection, declared, &revisions);
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::history_mismatch);
    }
}

TEST_CASE("a database without a ledger runs the revision that moves columns of its own into another")
{
    struct Place {
        Id<Place> id{};
        std::string name{};
    };
    struct Places : Schema<Table<"place", Place>> {};
    const Revision first =
        revision(1, "initial",
                 "CREATE TABLE \"place\" (\"id\" INTEGER PRIMARY KEY, \"name\" TEXT NOT NULL,"
                 " \"town\" TEXT, \"street\" TEXT) STRICT; CREATE TABLE \"old\" (\"a\" TEXT)");
    const Revision moves =
        revision(2, "moves",
                 "UPDATE place SET name = name || ', ' || street || ', ' || town;"
                 "ALTER TABLE place DROP COLUMN town; ALTER TABLE place DROP COLUMN street");
    const Revision drops = revision(3, "drops", "DROP TABLE \"old\"");
    const History revisions = history(first, moves, drops);
    const std::string besides =
        GENERATE("", "; ALTER TABLE place ADD COLUMN extra TEXT; CREATE VIEW v AS SELECT 1");
    TempDir dir;
    Connection connection = database(dir, first.sql + besides);
    must(connection.execute("INSERT INTO place(name, town, street) VALUES ('Ada', 'London', 'Ring 1')"));
    const auto foreseen = must(migrate::forecast(connection, schema_info<Places>(), &revisions, true));
    CHECK(foreseen.to_do == Names{"revision 2 moves", "revision 3 drops"});
    CHECK(must(ensure_schema(connection, schema_info<Places>(), &revisions)).done ==
          Names{"revision 2 moves", "revision 3 drops"});
    CHECK(names_in_ledger(connection) == Names{"included initial", "revision moves", "revision drops"});
    CHECK(must(connection.query_integer("SELECT name = 'Ada, Ring 1, London' FROM place")) == 1);
}

TEST_CASE(
    "a database that is in none of the history's states, but has what a revision removes, is a mismatch")
{
    const History revisions = history(
        revision(1, "initial", "CREATE TABLE a (b TEXT, c TEXT, d TEXT NOT NULL); CREATE INDEX i ON a (c)"),
        revision(2, "moves", "UPDATE a SET d = c; DROP INDEX i; ALTER TABLE a DROP COLUMN c"));
    constexpr SchemaObject objects[] = {{"table", "a", "a", "CREATE TABLE a (b TEXT, d TEXT NOT NULL)", {}}};
    TempDir dir;
    Connection connection =
        database(dir, "CREATE TABLE a (b TEXT, c TEXT, d TEXT NOT NULL)"); // without its index
    auto opened = ensure_schema(connection, SchemaInfo{objects, 78}, &revisions);
    REQUIRE_FALSE(opened);
    CHECK(opened.error() == errc::history_mismatch);
}

TEST_CASE("a declaration that the history does not lead to is refused, and the next revision leads there")
{
    TempDir dir;
    Connection connection = old_database(dir);
    const History revisions = history(initial());
    auto refused = ensure_schema(connection, declared, &revisions);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::migration_failed);
    CHECK_THAT(std::string(refused.error().message()),
               ContainsSubstring("column person.first is missing") && ContainsSubstring("next revision"));

    CHECK_FALSE(must(history_difference<People>(revisions)).empty());
    const Rename renames[] = {rename_column("person", "name", "first")};
    const Draft draft = must(next_revision<People>(revisions, "split", renames));
    CHECK(draft.number == 2);
    CHECK(draft.file_stem() == "0002_split");
    CHECK(draft.plan.titles() ==
          Names{"rename column person.name to first", "rebuild table person", "create index by_last"});
    const std::string sql = draft.to_sql();
    for (const char* part :
         {"-- Revision 2: split\n", "-- tenantry: rebuilds tables\n",
          "ALTER TABLE \"person\" RENAME COLUMN \"name\" TO \"first\";", "-- FAILS if there is a row where"})
        CHECK_THAT(sql, ContainsSubstring(part));
    CHECK_THAT(draft.to_header(), ContainsSubstring("inline tenantry::Revision revision_2()") &&
                                      ContainsSubstring("R\"sql(-- Revision 2"));

    const History longer = history(initial(), revision(2, "split", sql));
    CHECK(must(history_difference<People>(longer)).empty());
    CHECK(must(next_revision<People>(longer, "nothing")).empty());
}

TEST_CASE("the history of the tests leads to their declaration")
{
    const auto difference = must(history_difference<People>(whole()));
    INFO(difference);
    // The column's default is what the split has left.
    CHECK(difference.empty());
}

TEST_CASE("a revision is read from a file that has its number and name")
{
    TempDir dir;
    std::ofstream(dir.path() / "0007_split_name.sql") << "CREATE TABLE a (b);\n";
    const Revision read = must(read_revision(dir.path() / "0007_split_name.sql"));
    CHECK(read.number == 7);
    CHECK(read.name == "split_name");
    CHECK(read.checksum() == revision(7, "split_name", "CREATE TABLE a (b);\r\n").checksum());
    CHECK(read.checksum() != revision(7, "split_name", "CREATE TABLE a (c);\n").checksum());
    CHECK_FALSE(read_revision(dir.path() / "split.sql"));
    CHECK_FALSE(read_revision(dir.path() / "0008_none.sql"));
}

TEST_CASE("a history that cannot be meant is refused where it is made")
{
    CHECK_THROWS_AS(history(initial(), revision(1, "again", "SELECT 1")), std::invalid_argument);
    CHECK_THROWS_AS(history(revision(0, "zero", "SELECT 1")), std::invalid_argument);
    CHECK_THROWS_AS(history(revision(1, "", "SELECT 1")), std::invalid_argument);
    CHECK_THROWS_AS(history(revision(1, "empty", "")), std::invalid_argument);
}

TEST_CASE("a database of another's making is compared and adopted without being rewritten")
{
    TempDir dir;
    const std::string sql =
        "CREATE TABLE person (id INTEGER PRIMARY KEY, first TEXT NOT NULL, last TEXT NOT NULL,"
        " born INTEGER NOT NULL DEFAULT (1900), extra TEXT);"
        "CREATE TABLE _migrations (version INTEGER); INSERT INTO _migrations VALUES (12);"
        "INSERT INTO person(first, last) VALUES ('a', 'b'); PRAGMA user_version = 12";
    Connection connection = database(dir, sql);
    const auto found = must(compare<People>(dir.path() / "a.db"));
    CHECK_FALSE(found.same());
    CHECK(found.misfits.empty());
    CHECK(found.conflicts.empty());
    CHECK(found.plan.titles() == Names{"rebuild table person", "create index by_last"});
    CHECK(found.plan.tolerated == Names{"table _migrations", "column person.extra"});

    const std::string before =
        "SELECT sql FROM sqlite_schema WHERE name = 'person' AND sql LIKE '%DEFAULT (1900), extra TEXT)'";
    const History revisions = whole();
    const bool with_history = GENERATE(false, true);
    const History* const used = with_history ? &revisions : nullptr;
    must(adopt(connection, declared, used));
    for (int i = 0; i < 2; ++i) {
        CHECK(must(ensure_schema(connection, declared, used)).done.empty());
        CHECK(must(connection.query_integer("PRAGMA user_version")) == 12);
        (void)must(connection.query_integer(before.c_str()));
    }
    // What is declared later comes, and the mark stays theirs.
    if (with_history) {
        const History longer =
            history(initial(), split(), born(), index(), revision(5, "more", "CREATE TABLE more (x)"));
        CHECK(must(ensure_schema(connection, declared, &longer)).done == Names{"revision 5 more"});
        CHECK(must(ensure_schema(connection, declared, &longer)).was_current);
    } else {
        const SchemaInfo later{declared.objects, 99};
        CHECK(must(ensure_schema(connection, later)).done ==
              Names{"rebuild table person", "create index by_last"});
        CHECK(must(ensure_schema(connection, later)).was_current);
    }
    CHECK(must(connection.query_integer("PRAGMA user_version")) == 12);
    CHECK(must(connection.query_integer("SELECT count(*) FROM person WHERE first = 'a' AND extra IS NULL")) ==
          1);
    auto again = adopt(connection, declared, used);
    REQUIRE_FALSE(again);
    CHECK(again.error() == errc::history_mismatch);
}
