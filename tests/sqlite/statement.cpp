#include <tenantry/sqlite/statement.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <tenantry/sqlite/connection.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

Connection memory(const char* schema)
{
    Connection connection = must(Connection::open_memory());
    must(connection.execute(schema));
    return connection;
}

// Each call has a text of its own, at its own address.
const StatementText& count_text()
{
    static const StatementText text{"SELECT count(*) FROM t", next_slot()};
    return text;
}

} // namespace

TEST_CASE("values go in and come out as they are")
{
    Connection connection = memory("CREATE TABLE t(a, b, c, d, e)");
    const std::array blob{std::byte{0}, std::byte{255}, std::byte{7}};
    const std::string text("with\0zero and \xc3\xa9", 17);
    Statement insert = must(connection.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)"));
    CHECK(insert.parameter_count() == 5);
    CHECK_FALSE(insert.is_read_only());
    insert.null(1);
    insert.integer(2, std::numeric_limits<std::int64_t>::min());
    insert.real(3, 0.1);
    insert.text(4, text);
    insert.blob(5, blob);
    must(insert.bound());
    must(insert.run());
    CHECK(connection.changes() == 1);
    CHECK(connection.last_insert_rowid() == 1);

    Statement select = must(connection.prepare("SELECT a, b, c, d AS named, e FROM t"));
    CHECK(select.is_read_only());
    CHECK(select.column_count() == 5);
    CHECK(select.column_name(3) == "named");
    CHECK(select.column_name(5).empty());
    CHECK(select.sql() == "SELECT a, b, c, d AS named, e FROM t");
    REQUIRE(must(select.step()));
    CHECK(select.storage(0) == Storage::null);
    CHECK(select.text(0).empty());
    CHECK(select.blob(0).empty());
    CHECK(select.storage(1) == Storage::integer);
    CHECK(select.integer(1) == std::numeric_limits<std::int64_t>::min());
    CHECK(select.storage(2) == Storage::real);
    CHECK(select.real(2) == 0.1);
    CHECK(select.storage(3) == Storage::text);
    CHECK(select.text(3) == text);
    CHECK(select.storage(4) == Storage::blob);
    CHECK(std::vector<std::byte>(select.blob(4).begin(), select.blob(4).end()) ==
          std::vector<std::byte>(blob.begin(), blob.end()));
    CHECK_FALSE(must(select.step()));
}

TEST_CASE("an empty text or blob is not NULL, wherever it comes from")
{
    Connection connection = memory("CREATE TABLE t(a NOT NULL, b NOT NULL)");
    Statement insert = must(connection.prepare("INSERT INTO t VALUES (?, ?)"));
    insert.text(1, std::string_view());
    insert.blob(2, std::span<const std::byte>());
    must(insert.run());
    Statement select = must(connection.prepare("SELECT a, b FROM t"));
    REQUIRE(must(select.step()));
    CHECK(select.storage(0) == Storage::text);
    CHECK(select.text(0).empty());
    CHECK(select.storage(1) == Storage::blob);
    CHECK(select.blob(1).empty());
}

TEST_CASE("text of a UTF-16 database arrives as UTF-8")
{
    Connection connection =
        memory("PRAGMA encoding='UTF-16'; CREATE TABLE t(a); INSERT INTO t VALUES ('gr\xc3\xbc\xc3\x9f')");
    Statement select = must(connection.prepare("SELECT a FROM t"));
    REQUIRE(must(select.step()));
    CHECK(select.text(0) == "gr\xc3\xbc\xc3\x9f");
}

TEST_CASE("a text that cannot be converted for want of memory is no empty text")
{
    Connection connection = memory(
        "PRAGMA encoding='UTF-16'; CREATE TABLE t(a); INSERT INTO t VALUES (printf('%.*c', 4000000, 'x'))");
    Statement select = must(connection.prepare("SELECT a FROM t"));
    REQUIRE(must(select.step()));
    const auto before = sqlite3_hard_heap_limit64(sqlite3_memory_used() + 1000);
    bool thrown = false;
    try {
        (void)select.text(0);
    } catch (const std::bad_alloc&) {
        thrown = true;
    }
    sqlite3_hard_heap_limit64(before);
    CHECK(thrown);
}

TEST_CASE("a value is that of the row and column it is asked for, in whatever order")
{
    Connection connection =
        memory("CREATE TABLE t(a, b); INSERT INTO t VALUES(1, 'one'), (2, 'two'), (3, NULL)");
    auto statement = must(connection.prepare("SELECT a, b FROM t ORDER BY a"));
    REQUIRE(must(statement.step()));
    CHECK(statement.storage(0) == Storage::integer);
    CHECK(statement.text(1) == "one");
    CHECK(statement.integer(0) == 1);
    CHECK(statement.storage(1) == Storage::text);
    CHECK(statement.integer(0) == 1);
    // The last that was asked for in one row is not that of the next.
    REQUIRE(must(statement.step()));
    CHECK(statement.integer(0) == 2);
    CHECK(statement.storage(1) == Storage::text);
    REQUIRE(must(statement.step()));
    CHECK(statement.text(1).empty());
    CHECK(statement.storage(1) == Storage::null);
    statement.reset();
    CHECK(statement.storage(1) == Storage::null);
    REQUIRE(must(statement.step()));
    CHECK(statement.text(1) == "one");
    CHECK(statement.storage(0) == Storage::integer);
    statement = must(connection.prepare("SELECT 'other'"));
    REQUIRE(must(statement.step()));
    CHECK(statement.text(0) == "other");
    // A column that is not there is NULL.
    CHECK(statement.storage(7) == Storage::null);
}

TEST_CASE("the first failure of binding is kept and the statement does not run")
{
    Connection connection = memory("CREATE TABLE t(a)");
    Statement insert = must(connection.prepare("INSERT INTO t VALUES (?)"));

    SECTION("a parameter that is not there")
    {
        insert.integer(1, 1);
        insert.integer(2, 1);
        insert.integer(77, 1);
        auto bound = insert.bound();
        REQUIRE_FALSE(bound);
        CHECK(bound.error() == errc::internal);
        CHECK_THAT(std::string(bound.error().message()), ContainsSubstring("parameter 2"));
        CHECK(bound.error().sql() == "INSERT INTO t VALUES (?)");
    }
    SECTION("a value that is too long")
    {
        sqlite3_limit(connection.native_handle(), SQLITE_LIMIT_LENGTH, 100);
        const std::string text(101, 'x');
        insert.text(1, text);
        auto bound = insert.bound();
        REQUIRE_FALSE(bound);
        CHECK(bound.error() == errc::too_big);
        CHECK(bound.error().sqlite_code() == SQLITE_TOOBIG);
    }
    SECTION("a refusal")
    {
        insert.integer(1, 1);
        insert.refuse(Error(errc::wrong_tenant, "first"));
        insert.refuse(Error(errc::busy, "second"));
        auto bound = insert.bound();
        REQUIRE_FALSE(bound);
        CHECK(bound.error() == errc::wrong_tenant);
        CHECK(bound.error().message() == "first");
    }

    auto ran = insert.run();
    REQUIRE_FALSE(ran);
    CHECK_FALSE(insert.step());
    CHECK(must(connection.query_integer("SELECT count(*) FROM t")) == 0);

    insert.reset();
    must(insert.bound());
    insert.integer(1, 1);
    must(insert.run());
    CHECK(must(connection.query_integer("SELECT count(*) FROM t")) == 1);
}

TEST_CASE("a failing statement says what SQLite says, and lets go of its locks")
{
    TempDir dir;
    Connection connection = must(Connection::open(dir.path() / "a.db", OpenMode::create));
    Connection other = must(Connection::open(dir.path() / "a.db", OpenMode::read_write));
    must(connection.execute(
        "CREATE TABLE config(key TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (value <> 'bad'));"
        "INSERT INTO config VALUES ('a', 'x')"));
    const struct {
        const char* sql;
        int code;
        const char* message;
    } table[] = {
        {"INSERT INTO config VALUES ('a', 'y')", SQLITE_CONSTRAINT_PRIMARYKEY,
         "UNIQUE constraint failed: config.key"},
        {"INSERT INTO config VALUES ('b', NULL)", SQLITE_CONSTRAINT_NOTNULL,
         "NOT NULL constraint failed: config.value"},
        {"INSERT INTO config VALUES ('b', 'bad')", SQLITE_CONSTRAINT_CHECK,
         "CHECK constraint failed: value <> 'bad'"},
    };
    for (const auto& row : table) {
        Statement insert = must(connection.prepare(row.sql));
        auto ran = insert.run();
        REQUIRE_FALSE(ran);
        CHECK(ran.error() == errc::constraint);
        CHECK(ran.error().sqlite_code() == row.code);
        CHECK(ran.error().message() == row.message);
        CHECK(ran.error().sql() == row.sql);
        // The failed statement is alive, and the other connection can write.
        must(other.execute("UPDATE config SET value = 'z'"));
    }
}

TEST_CASE("one text is one statement")
{
    Connection connection = memory("CREATE TABLE t(a)");
    for (const char* sql :
         {"SELECT 1;", "SELECT 1 ; ;\n", "SELECT 1; -- and no more", "SELECT 1 /* a */; /* b */ -- c\n"}) {
        INFO(sql);
        CHECK(connection.prepare(sql));
    }
    const std::string_view zero("SELECT 1\0; DROP TABLE t", 23);
    for (const std::string_view sql :
         {std::string_view("SELECT 1; DROP TABLE t"), std::string_view("SELECT 1; nonsense"),
          std::string_view("SELECT 1; -- x\n DELETE FROM t"), zero}) {
        INFO(sql);
        auto prepared = connection.prepare(sql);
        REQUIRE_FALSE(prepared);
        CHECK(prepared.error() == errc::invalid_sql);
        CHECK_THAT(std::string(prepared.error().message()), ContainsSubstring("more than one"));
    }
    for (const std::string_view sql :
         {std::string_view(), std::string_view(""), std::string_view(" -- nothing"), std::string_view(";")}) {
        INFO(sql);
        auto prepared = connection.prepare(sql);
        REQUIRE_FALSE(prepared);
        CHECK(prepared.error() == errc::invalid_sql);
    }
    auto misspelt = connection.prepare("SELEC 1");
    REQUIRE_FALSE(misspelt);
    CHECK(misspelt.error() == errc::invalid_sql);
    CHECK(misspelt.error().message() == "near \"SELEC\": syntax error");
    CHECK(misspelt.error().sql() == "SELEC 1");
}

TEST_CASE("a part of a longer text is a statement of its own")
{
    Connection connection = memory("CREATE TABLE t(a)");
    const std::string_view text = "SELECT 12345";
    Statement part = must(connection.prepare(text.substr(0, 8)));
    REQUIRE(must(part.step()));
    CHECK(part.integer(0) == 1);
}

TEST_CASE("statements can be moved")
{
    Connection connection = memory("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    Statement a = must(connection.prepare("SELECT a FROM t ORDER BY a"));
    REQUIRE(must(a.step()));
    Statement b = std::move(a);
    REQUIRE(must(b.step()));
    CHECK(b.integer(0) == 2);
    Statement c = must(connection.prepare("SELECT 3"));
    c = std::move(b);
    CHECK(c.integer(0) == 2);
    must(std::move(c).bound());
}

TEST_CASE("a statement may be destroyed after its connection")
{
    auto connection = Connection::open_memory();
    REQUIRE(connection);
    Statement statement = must(connection->prepare("SELECT 1"));
    connection = fail(errc::internal);
}

TEST_CASE("a borrowed statement stays prepared, and is reset when it is given back")
{
    Connection connection = memory("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    static const StatementText text{"SELECT a FROM t WHERE a > ?", next_slot()};
    sqlite3_stmt* first = nullptr;
    {
        StatementLease lease = must(connection.statement(text));
        first = lease.native_handle();
        lease.integer(1, 0);
        REQUIRE(must(lease.step()));
    }
    // Not reset, it would keep the table from being dropped.
    CHECK(sqlite3_stmt_busy(first) == 0);
    {
        StatementLease lease = must(connection.statement(text));
        CHECK(lease.native_handle() == first);
        lease.integer(1, 1);
        REQUIRE(must(lease.step()));
        CHECK(lease.integer(0) == 2);
        lease.refuse(Error(errc::wrong_tenant));
    }
    StatementLease lease = must(connection.statement(text));
    CHECK(lease.native_handle() == first);
    must(lease.bound());
    must(connection.execute("SELECT 1"));
}

TEST_CASE("a statement that is in use is prepared once more for the second user")
{
    Connection connection = memory("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    static const StatementText text{"SELECT a FROM t ORDER BY a", next_slot()};
    StatementLease outer = must(connection.statement(text));
    REQUIRE(must(outer.step()));
    {
        StatementLease inner = must(connection.statement(text));
        CHECK(inner.native_handle() != outer.native_handle());
        REQUIRE(must(inner.step()));
        REQUIRE(must(inner.step()));
        CHECK(inner.integer(0) == 2);
        StatementLease moved = std::move(inner);
        CHECK(moved.integer(0) == 2);
        StatementLease third = must(connection.statement(text));
        moved = std::move(third);
        REQUIRE(must(moved.step()));
    }
    CHECK(outer.integer(0) == 1);
    REQUIRE(must(outer.step()));
    CHECK(outer.integer(0) == 2);
}

TEST_CASE("two texts that were given one number do not get each other's statement")
{
    Connection connection = memory("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2)");
    const unsigned slot = next_slot();
    // The same length, so that only the address tells them apart.
    static const char count[] = "SELECT count(*) FROM t";
    static const char total[] = "SELECT total(a) FROM t";
    const StatementText first{count, slot};
    const StatementText second{total, slot};
    for (int round = 0; round < 3; ++round) {
        StatementLease a = must(connection.statement(first));
        REQUIRE(must(a.step()));
        CHECK(a.integer(0) == 2);
        // The first is in use: its slot is not taken away under it.
        StatementLease b = must(connection.statement(second));
        REQUIRE(must(b.step()));
        CHECK(b.integer(0) == 3);
        CHECK(a.integer(0) == 2);
    }
    {
        StatementLease b = must(connection.statement(second));
        REQUIRE(must(b.step()));
        CHECK(b.integer(0) == 3);
    }
    StatementLease a = must(connection.statement(first));
    REQUIRE(must(a.step()));
    CHECK(a.integer(0) == 2);
}

TEST_CASE("a text that cannot be prepared leaves its slot as it was")
{
    Connection connection = must(Connection::open_memory());
    for (int i = 0; i < 2; ++i) {
        auto lease = connection.statement(count_text());
        REQUIRE_FALSE(lease);
        CHECK(lease.error() == errc::invalid_sql);
    }
    must(connection.execute("CREATE TABLE t(a)"));
    CHECK(connection.statement(count_text()));
}

TEST_CASE("each connection has its own statements, and gives them up when told")
{
    Connection a = memory("CREATE TABLE t(a); INSERT INTO t VALUES (1)");
    Connection b = memory("CREATE TABLE t(a)");
    {
        StatementLease in_a = must(a.statement(count_text()));
        StatementLease in_b = must(b.statement(count_text()));
        REQUIRE(must(in_a.step()));
        REQUIRE(must(in_b.step()));
        CHECK(in_a.integer(0) == 1);
        CHECK(in_b.integer(0) == 0);
        // What is in use stays.
        a.release_statements();
        CHECK(in_a.integer(0) == 1);
    }
    CHECK(sqlite3_next_stmt(a.native_handle(), nullptr) != nullptr);
    a.release_statements();
    CHECK(sqlite3_next_stmt(a.native_handle(), nullptr) == nullptr);
    CHECK(must(a.statement(count_text())).incarnation() == 0);
}

TEST_CASE("a borrowed statement notices a changed schema")
{
    TempDir dir;
    Connection connection = must(Connection::open(dir.path() / "a.db", OpenMode::create));
    must(connection.execute("CREATE TABLE t(a)"));
    static const StatementText text{"SELECT * FROM t", next_slot()};
    CHECK(must(connection.statement(text)).column_count() == 1);
    Connection other = must(Connection::open(dir.path() / "a.db", OpenMode::read_write));
    must(other.execute("ALTER TABLE t ADD COLUMN b; INSERT INTO t VALUES (1, 2)"));
    StatementLease lease = must(connection.statement(text));
    REQUIRE(must(lease.step()));
    CHECK(lease.column_count() == 2);
    CHECK(lease.integer(1) == 2);
}

TEST_CASE("statements know which tenant they run for")
{
    Connection connection = memory("CREATE TABLE t(a)");
    CHECK(must(connection.prepare("SELECT 1")).incarnation() == 0);
    connection.set_incarnation(0x1234567890abcdefu);
    CHECK(connection.incarnation() == 0x1234567890abcdefu);
    CHECK(must(connection.prepare("SELECT 1")).incarnation() == 0x1234567890abcdefu);
    CHECK(must(connection.statement(count_text())).incarnation() == 0x1234567890abcdefu);
    StatementLease outer = must(connection.statement(count_text()));
    CHECK(must(connection.statement(count_text())).incarnation() == 0x1234567890abcdefu);
}

TEST_CASE("slots are numbered once in the program, from any thread")
{
    std::vector<unsigned> taken[2];
    auto take = [](std::vector<unsigned>& into) {
        for (int i = 0; i < 1000; ++i) into.push_back(next_slot());
    };
    std::thread other([&] { take(taken[0]); });
    take(taken[1]);
    other.join();
    std::vector<unsigned> all = taken[0];
    all.insert(all.end(), taken[1].begin(), taken[1].end());
    std::sort(all.begin(), all.end());
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}
