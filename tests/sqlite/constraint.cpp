// Which constraint a statement has violated: what is read off SQLite's words, and the foreign key that is found afterwards.
#include <tenantry/core/constraint.hpp>

#include <atomic>
#include <sstream>
#include <string>
#include <vector>

#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;
using sqlite::Connection;
using sqlite::Savepoint;
using sqlite::Transaction;
using test::must;

namespace {

constexpr const char* tables = R"(
    CREATE TABLE place(id INTEGER PRIMARY KEY, code TEXT UNIQUE, area INTEGER, plot INTEGER, UNIQUE(area, plot));
    CREATE TABLE visit(id INTEGER PRIMARY KEY, place INTEGER REFERENCES place, code TEXT REFERENCES place(code) ON DELETE RESTRICT,
                       area INTEGER, plot INTEGER, FOREIGN KEY(plot, area) REFERENCES place(plot, area));
    CREATE TABLE mark(name TEXT PRIMARY KEY, place INTEGER REFERENCES Place(id)) WITHOUT ROWID;
    CREATE TABLE tree(id INTEGER PRIMARY KEY, above INTEGER REFERENCES tree);
    CREATE TABLE echo(place INTEGER REFERENCES place);
    CREATE TABLE source(place INTEGER);
    CREATE TRIGGER repeat AFTER INSERT ON source BEGIN INSERT INTO echo VALUES (new.place); END;
    INSERT INTO place VALUES (1, 'one', 1, 1), (2, 'two', 2, 2), (3, 'three', 3, 3), (4, 'four', 4, 4), (5, 'five', 5, 5);
    INSERT INTO visit VALUES (1, 1, 'one', NULL, NULL), (2, NULL, 'two', NULL, NULL), (3, NULL, NULL, 4, 4);
    INSERT INTO mark VALUES ('m', 3);
    INSERT INTO tree VALUES (1, NULL), (2, 1);
    CREATE TABLE rule(a INTEGER NOT NULL CHECK (a < 10), b TEXT, CONSTRAINT not_bad CHECK (b <> 'bad'), UNIQUE(a, b)) STRICT;
    CREATE UNIQUE INDEX rule_b ON rule(lower(b));
    CREATE TRIGGER no_nine BEFORE INSERT ON rule WHEN new.a = 9 BEGIN SELECT RAISE(ABORT, 'no nine'); END;
    INSERT INTO rule VALUES (1, 'x');
    CREATE TABLE "odd.one, two"("x.y" UNIQUE, "a, b" UNIQUE, UNIQUE("x.y", "a, b"));
    INSERT INTO "odd.one, two" VALUES (1, 1);
)";

// "unique rule(a, b)", "foreign_key visit(place) -> place(id), child"
std::string told(const Error& error)
{
    const auto list = [](const std::string& table, const std::vector<std::string>& columns) {
        std::string text = table + "(";
        for (std::size_t i = 0; i < columns.size(); ++i) text += (i == 0 ? "" : ", ") + columns[i];
        return text + ")";
    };
    const Constraint& constraint = error.constraint();
    std::ostringstream out;
    out << constraint.kind;
    if (!constraint.table.empty()) out << ' ' << list(constraint.table, constraint.columns);
    if (!constraint.name.empty()) out << " '" << constraint.name << '\'';
    if (!constraint.parent.empty()) out << " -> " << list(constraint.parent, constraint.parent_columns);
    if (constraint.side == ForeignKeySide::child) out << ", child";
    if (constraint.side == ForeignKeySide::parent) out << ", parent";
    return out.str();
}

std::string refused(Connection& connection, const std::string& sql)
{
    auto statement = must(connection.prepare(sql));
    const auto done = statement.run();
    REQUIRE_FALSE(done);
    CHECK(done.error() == errc::constraint);
    CHECK(done.error().errc() == errc::constraint);
    CHECK(done.error().sql() == sql);
    return told(done.error());
}

Connection database()
{
    auto connection = must(Connection::open_memory());
    must(connection.execute(tables));
    return connection;
}

} // namespace

TEST_CASE("of every constraint the kind is told, and what SQLite's words have of it")
{
    Connection connection = database();
    const struct {
        const char* sql;
        const char* what;
    } table[] = {
        {"INSERT INTO rule VALUES (1, 'x')", "unique 'rule_b'"},
        {"INSERT INTO place(area, plot) VALUES (1, 1)", "unique place(area, plot)"},
        {"INSERT INTO place(code) VALUES ('one')", "unique place(code)"},
        {"INSERT INTO place(id) VALUES (1)", "primary_key place(id)"},
        {"INSERT INTO mark VALUES ('m', NULL)", "primary_key mark(name)"},
        {"INSERT INTO rule(rowid, a, b) VALUES (1, 2, 'y')", "rowid rule(rowid)"},
        {"INSERT INTO rule VALUES (NULL, 'y')", "not_null rule(a)"},
        {"INSERT INTO rule VALUES (11, 'y')", "check 'a < 10'"},
        {"INSERT INTO rule VALUES (2, 'bad')", "check 'not_bad'"},
        {"INSERT INTO rule VALUES (9, 'y')", "trigger"},
        {"INSERT INTO rule VALUES ('z', 'y')", "datatype rule(a)"},
        {"INSERT INTO place(id) VALUES ('z')", "datatype"},
        {"INSERT INTO \"odd.one, two\" VALUES (1, 2)", "unique odd.one, two(x.y)"},
        {"INSERT INTO \"odd.one, two\" VALUES (2, 1)", "unique odd.one, two(a, b)"},
    };
    for (const auto& row : table) CHECK(refused(connection, row.sql) == row.what);
    const auto error = must(connection.prepare("INSERT INTO place(area, plot) VALUES (1, 1)")).run().error();
    CHECK(error.constraint().is_on("place", {"plot", "area"}));
    CHECK_FALSE(error.constraint().is_on("place", {"plot"}));
    CHECK_FALSE(error.constraint().is_on("visit", {"plot", "area"}));
    CHECK(Error(errc::busy).constraint().kind == ConstraintKind::none);
}

TEST_CASE("a foreign key that was violated is found, and which side of it was written")
{
    Connection connection = database();
    const struct {
        const char* sql;
        const char* what;
    } table[] = {
        {"INSERT INTO visit(place) VALUES (77)", "visit(place) -> place(id), child"},
        {"INSERT INTO visit(place, code) VALUES (1, 'no') RETURNING id", "visit(code) -> place(code), child"},
        {"INSERT INTO visit(area, plot) VALUES (1, 2)", "visit(plot, area) -> place(plot, area), child"},
        {"INSERT INTO visit(place) SELECT id + 1 FROM place", "visit(place) -> place(id), child"},
        {"UPDATE visit SET place = 55 WHERE id = 1", "visit(place) -> place(id), child"},
        {"INSERT INTO mark VALUES ('n', 99)", "mark(place) -> Place(id), child"},
        {"INSERT INTO source VALUES (99)", "echo(place) -> place(id), child"},
        {"INSERT INTO tree VALUES (3, 9)", "tree(above) -> tree(id), child"},
        {"DELETE FROM tree WHERE id = 1", "tree(above) -> tree(id), parent"},
        {"DELETE FROM place WHERE id = 1", "visit(place) -> place(id), parent"},
        {"DELETE FROM place WHERE id = 2", "visit(code) -> place(code), parent"},
        {"DELETE FROM place WHERE id = 3", "mark(place) -> Place(id), parent"},
        {"DELETE FROM place WHERE id = 4", "visit(plot, area) -> place(plot, area), parent"},
        {"DELETE FROM place", "mark(place) -> Place(id), parent"},
        {"UPDATE place SET id = 9 WHERE id = 1", "visit(place) -> place(id), parent"},
        {"UPDATE place SET code = 'zwei' WHERE id = 2", "visit(code) -> place(code), parent"},
        {"REPLACE INTO place(id, code) VALUES (1, 'new')", "visit(code) -> place(code), parent"},
        {"INSERT INTO place(id) VALUES (1) ON CONFLICT(id) DO UPDATE SET id = 22",
         "visit(place) -> place(id), parent"},
    };
    for (const bool within : {false, true}) {
        if (within) must(connection.execute("BEGIN"));
        for (const auto& row : table) {
            CAPTURE(within, row.sql);
            CHECK(refused(connection, row.sql) == std::string("foreign_key ") + row.what);
            CHECK(connection.in_transaction() == within);
        }
        if (within) must(connection.execute("COMMIT"));
    }
    CHECK(must(connection.query_integer("SELECT count(*) FROM visit")) == 3);
    CHECK(must(connection.query_integer("SELECT sum(id) FROM place")) == 15);
    const auto error = must(connection.prepare("INSERT INTO visit(place) VALUES (77)")).run().error();
    CHECK(error.message() == "FOREIGN KEY constraint failed: visit (place) refers to no row of place (id)");
    CHECK(error.sqlite_code() == SQLITE_CONSTRAINT_FOREIGNKEY);
}

TEST_CASE("deferred foreign keys are found where the transaction is to be committed")
{
    Connection connection = must(Connection::open_memory());
    must(connection.execute(
        "CREATE TABLE place(id INTEGER PRIMARY KEY);"
        "CREATE TABLE visit(place INTEGER REFERENCES place DEFERRABLE INITIALLY DEFERRED);"
        "CREATE TABLE call(place INTEGER REFERENCES place DEFERRABLE INITIALLY DEFERRED);"
        "CREATE TABLE note(place INTEGER REFERENCES place);"
        "INSERT INTO place VALUES (1), (2); INSERT INTO visit VALUES (1); INSERT INTO call VALUES (2)"));
    const struct {
        const char* sql;
        const char* what;
    } table[] = {
        {"INSERT INTO visit VALUES (9)", "foreign_key visit(place) -> place(id)"},
        {"INSERT INTO call VALUES (9)", "foreign_key call(place) -> place(id)"},
        {"DELETE FROM place WHERE id = 2", "foreign_key call(place) -> place(id)"},
    };
    for (const auto& row : table) {
        CAPTURE(row.sql);
        auto transaction = must(Transaction::begin(connection));
        must(must(connection.prepare(row.sql)).run());
        REQUIRE(connection.deferred_violations());
        CHECK(told(connection.deferred_violation()) == row.what);
        CHECK(connection.in_transaction());
        const auto committed = transaction.commit();
        REQUIRE_FALSE(committed);
        CHECK(told(committed.error()) == row.what);
        CHECK_FALSE(connection.in_transaction());
        // Outside of a transaction the statement itself fails, and it is known what it has written.
        CHECK_THAT(refused(connection, row.sql), ContainsSubstring(row.what));
    }
    auto transaction = must(Transaction::begin(connection));
    must(connection.execute("PRAGMA defer_foreign_keys = 1; INSERT INTO place VALUES (9)"));
    must(must(connection.prepare("INSERT INTO note VALUES (7)")).run());
    CHECK_FALSE(transaction.commit());
}

TEST_CASE("the search for a foreign key leaves everything as it was")
{
    Connection connection = database();
    const sqlite::StatementText other{"SELECT count(*) FROM visit", sqlite::next_slot()};
    const sqlite::StatementText child{"INSERT INTO visit(id, place, code) VALUES (?, ?, 'one')",
                                      sqlite::next_slot()};
    must(must(connection.statement(other)).run());
    auto transaction = must(Transaction::begin(connection));
    must(must(connection.prepare("INSERT INTO visit(id, place) VALUES (50, 1)")).run());
    auto reading = must(connection.prepare("SELECT id FROM place ORDER BY id"));
    CHECK(must(reading.step()));
    const std::atomic<bool> cancelled =
        true; // which a search does not look at: it would roll back the transaction
    connection.watch(&cancelled);
    for (int i = 0; i < 3; ++i) {
        const auto changes = connection.total_changes();
        const auto rowid = connection.last_insert_rowid();
        auto part = must(Savepoint::begin(connection));
        auto statement = must(connection.statement(child));
        statement.integer(1, 60);
        statement.integer(2, 60);
        const auto done = statement.run();
        REQUIRE_FALSE(done);
        CHECK(told(done.error()) == "foreign_key visit(place) -> place(id), child");
        CHECK(done.error().sql() == child.sql);
        CHECK(done.error().message().find("60") == std::string_view::npos);
        CHECK(connection.total_changes() == changes);
        CHECK(connection.last_insert_rowid() == rowid);
        CHECK(connection.in_transaction());
        CHECK_FALSE(connection.deferred_violations());
        // Its values are bound still.
        statement.integer(2, 1);
        statement.reset();
        must(statement.run());
        must(part.rollback());
    }
    connection.watch(nullptr);
    CHECK(must(reading.step()));
    CHECK(reading.integer(0) == 2);
    for (const auto* text : {&other, &child})
        CHECK(sqlite3_stmt_status(must(connection.statement(*text)).native_handle(),
                                  SQLITE_STMTSTATUS_REPREPARE, 0) == 0);
    must(transaction.commit());
    CHECK(must(connection.query_integer("SELECT count(*) FROM visit WHERE id >= 50")) == 1);
}

TEST_CASE("a foreign key of very many rows is found without looking at each")
{
    Connection connection = database();
    must(
        connection.execute("WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
                           "INSERT INTO place(id) SELECT i FROM n"));
    CHECK(refused(connection, "INSERT INTO visit(place) SELECT id FROM place UNION ALL SELECT 9999") ==
          "foreign_key visit(place) -> place(id), child");
    // Values of megabytes are not copied for it: then it is known that it was one, but not which.
    auto large = must(connection.prepare("INSERT INTO visit(place, code) VALUES (77, ?)"));
    const std::string megabytes(3'000'000, 'x');
    large.text(1, megabytes);
    const auto done = large.run();
    REQUIRE_FALSE(done);
    CHECK(told(done.error()) == "foreign_key");
    CHECK(done.error().message() == "FOREIGN KEY constraint failed");
}
