#include <tenantry/sqlite/detail/authorizer.hpp>

#include <string>

#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>
#include <tenantry/sqlite/transaction.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

// What preparing and running a user's statement comes to.
Result<void> as_user(Connection& connection, std::string_view sql)
{
    auto statement = connection.prepare(sql);
    if (!statement) return fail(statement.error());
    return statement->run();
}

} // namespace

TEST_CASE("users' statements may not reach beyond their database or their transaction")
{
    TempDir dir;
    Connection connection = must(Connection::open(dir.path() / "a.db", OpenMode::create));
    must(connection.execute("CREATE TABLE t(a)"));
    const std::string attach = "ATTACH '" + (dir.path() / "b.db").string() + "' AS b";
    const std::string vacuum_into = "VACUUM INTO '" + (dir.path() / "c.db").string() + "'";
    const struct {
        std::string sql;
        const char* said;
    } table[] = {
        {attach, "ATTACH"},
        {"DETACH main", "DETACH"},
        {"PRAGMA user_version", "PRAGMA"},
        {"PRAGMA user_version = 7", "PRAGMA"},
        {"PRAGMA writable_schema = 1", "PRAGMA"},
        {"PRAGMA page_size = 512", "PRAGMA"},
        {"PRAGMA foreign_keys = 0", "PRAGMA"},
        {"EXPLAIN PRAGMA user_version", "PRAGMA"},
        {"BEGIN", "transaction control"},
        {"BEGIN IMMEDIATE", "transaction control"},
        {"COMMIT", "transaction control"},
        {"END", "transaction control"},
        {"ROLLBACK", "transaction control"},
        {"SAVEPOINT s", "SAVEPOINT"},
        {"RELEASE s", "SAVEPOINT"},
        {"ROLLBACK TO s", "SAVEPOINT"},
    };
    for (const auto& row : table) {
        INFO(row.sql);
        auto prepared = connection.prepare(row.sql);
        REQUIRE_FALSE(prepared);
        CHECK(prepared.error() == errc::not_authorized);
        CHECK_THAT(std::string(prepared.error().message()), ContainsSubstring(row.said));
        CHECK(prepared.error().sql() == row.sql);
        const StatementText text{row.sql, next_slot()};
        CHECK_FALSE(connection.statement(text));
    }
    // These are stopped as they run.
    for (const std::string& sql :
         {std::string("VACUUM"), vacuum_into, std::string("SELECT * FROM pragma_table_info('t')"),
          std::string("SELECT * FROM pragma_user_version")}) {
        INFO(sql);
        auto ran = as_user(connection, sql);
        REQUIRE_FALSE(ran);
        UNSCOPED_INFO(said(ran.error()));
        CHECK(ran.error() == errc::not_authorized);
    }
    CHECK_FALSE(connection.in_transaction());
    CHECK_FALSE(std::filesystem::exists(dir.path() / "b.db"));
    CHECK_FALSE(std::filesystem::exists(dir.path() / "c.db"));
    CHECK(must(connection.query_integer("PRAGMA user_version")) == 0);
}

TEST_CASE("what users' statements are for passes")
{
    Connection connection = must(Connection::open_memory());
    must(as_user(connection, "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)"));
    must(as_user(connection,
                 "INSERT INTO t VALUES (1, 'x') ON CONFLICT(a) DO UPDATE SET b = excluded.b RETURNING a"));
    must(as_user(connection, "UPDATE t SET b = upper(b)"));
    must(as_user(connection, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9) "
                             "SELECT count(*) FROM n JOIN t"));
    must(as_user(connection, "DELETE FROM t"));
}

TEST_CASE("full-text tables work, though they ask for pragmas themselves")
{
    if (sqlite3_compileoption_used("ENABLE_FTS5") == 0) return;
    TempDir dir;
    Connection connection = must(Connection::open(dir.path() / "a.db", OpenMode::create));
    must(connection.execute("CREATE VIRTUAL TABLE note USING fts5(body)"));
    must(as_user(connection, "INSERT INTO note VALUES ('one two'), ('three')"));
    Connection reader = must(Connection::open(dir.path() / "a.db", OpenMode::read_only));
    Statement found = must(reader.prepare("SELECT count(*) FROM note WHERE note MATCH 'two'"));
    REQUIRE(must(found.step()));
    CHECK(found.integer(0) == 1);
}

TEST_CASE("so do those of the older kind")
{
    if (sqlite3_compileoption_used("ENABLE_FTS3") == 0) return;
    TempDir dir;
    Connection connection = must(Connection::open(dir.path() / "a.db", OpenMode::create));
    must(connection.execute(
        "CREATE VIRTUAL TABLE note USING fts4(body); INSERT INTO note VALUES ('one two')"));
    Connection again = must(Connection::open(dir.path() / "a.db", OpenMode::read_write));
    must(as_user(again, "INSERT INTO note VALUES ('three')"));
    CHECK(must(again.query_integer("SELECT count(*) FROM note WHERE note MATCH 'three'")) == 1);
}

TEST_CASE("the library's own statements pass, and the gate is shut behind them")
{
    Connection connection = must(Connection::open_memory());
    must(connection.execute("PRAGMA user_version = 7; BEGIN; SAVEPOINT s; RELEASE s; COMMIT"));
    CHECK(must(connection.query_integer("PRAGMA user_version")) == 7);
    Statement own = must(connection.prepare_privileged("PRAGMA user_version"));
    REQUIRE(must(own.step()));
    CHECK(own.integer(0) == 7);
    CHECK_FALSE(connection.prepare("PRAGMA user_version"));
    {
        const Privileged outer(connection);
        {
            const Privileged inner(connection);
            CHECK(connection.prepare("PRAGMA user_version"));
        }
        CHECK(connection.prepare("PRAGMA user_version"));
    }
    CHECK_FALSE(connection.prepare("PRAGMA user_version"));
    // Also after a failure.
    CHECK_FALSE(connection.execute("nonsense"));
    CHECK_FALSE(connection.prepare("PRAGMA user_version"));
}

TEST_CASE("a refusal is reported once, and other failures after it are themselves")
{
    Connection connection = must(Connection::open_memory());
    CHECK_FALSE(connection.prepare("PRAGMA user_version"));
    auto misspelt = connection.prepare("SELECT * FROM nowhere");
    REQUIRE_FALSE(misspelt);
    CHECK(misspelt.error() == errc::invalid_sql);
    CHECK(misspelt.error().message() == "no such table: nowhere");
}

TEST_CASE("transaction control that is kept prepared survives being prepared again")
{
    Connection connection = must(Connection::open_memory());
    must(connection.execute("CREATE TABLE t(a)"));
    auto round = [&] {
        auto transaction = must(Transaction::begin(connection));
        {
            auto savepoint = must(Savepoint::begin(connection));
            must(as_user(connection, "INSERT INTO t VALUES (1)"));
            must(savepoint.release());
        }
        {
            auto savepoint = must(Savepoint::begin(connection));
            must(as_user(connection, "INSERT INTO t VALUES (2)"));
            must(savepoint.rollback());
        }
        must(transaction.commit());
        auto again = must(Transaction::begin(connection, Behaviour::deferred));
        must(again.rollback());
    };
    round();
    auto prepared_again = [&](const StatementText& text) {
        return sqlite3_stmt_status(must(connection.statement(text)).native_handle(),
                                   SQLITE_STMTSTATUS_REPREPARE, 0);
    };
    CHECK(prepared_again(detail::begin_text(Behaviour::immediate)) == 0);
    // A changed schema expires every statement of the connection.
    must(connection.execute("CREATE INDEX i ON t(a); DROP INDEX i; ANALYZE"));
    round();
    CHECK(must(connection.query_integer("SELECT count(*) FROM t")) == 2);
    for (const StatementText* text :
         {&detail::begin_text(Behaviour::immediate), &detail::begin_text(Behaviour::deferred),
          &detail::commit_text(), &detail::rollback_text(), &detail::savepoint_text(),
          &detail::release_text(), &detail::rollback_to_text()}) {
        INFO(text->sql);
        CHECK(prepared_again(*text) > 0);
    }
    // Without the gate they would not have been.
    must(connection.execute("ANALYZE"));
    auto shut = must(connection.statement(detail::begin_text(Behaviour::immediate))).run();
    REQUIRE_FALSE(shut);
    CHECK(shut.error() == errc::not_authorized);
}

TEST_CASE("the callbacks stay with a connection that is moved")
{
    auto made = Connection::open_memory();
    REQUIRE(made);
    Connection connection = std::move(*made);
    made = fail(errc::internal);
    CHECK_FALSE(connection.prepare("PRAGMA user_version"));
    Connection other = must(Connection::open_memory());
    other = std::move(connection);
    CHECK_FALSE(other.prepare("PRAGMA user_version"));
    must(other.execute("PRAGMA user_version"));
}
