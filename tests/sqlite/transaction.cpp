#include <tenantry/sqlite/transaction.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <tuple>

#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

Connection database(const TempDir& dir, const Profile& profile = {})
{
    Connection connection = must(Connection::open(dir.path() / "a.db", OpenMode::create, profile));
    must(connection.execute("CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES (1)"));
    return connection;
}

std::int64_t rows(Connection& connection) { return must(connection.query_integer("SELECT count(*) FROM t")); }

} // namespace

TEST_CASE("what is committed stays, what is not is rolled back")
{
    TempDir dir;
    Connection connection = database(dir);
    Connection other = must(Connection::open(dir.path() / "a.db", OpenMode::read_only));
    {
        Transaction transaction = must(Transaction::begin(connection));
        CHECK(transaction.active());
        must(connection.execute("INSERT INTO t VALUES (2)"));
        CHECK(rows(connection) == 2);
        CHECK(rows(other) == 1);
        must(transaction.commit());
        CHECK_FALSE(transaction.active());
        CHECK(rows(other) == 2);
        auto again = transaction.commit();
        REQUIRE_FALSE(again);
        CHECK(again.error() == errc::invalid_argument);
        must(transaction.rollback());
    }
    CHECK(rows(connection) == 2);
    {
        Transaction transaction = must(Transaction::begin(connection));
        must(connection.execute("INSERT INTO t VALUES (3)"));
    }
    CHECK_FALSE(connection.in_transaction());
    CHECK(rows(connection) == 2);
    {
        Transaction transaction = must(Transaction::begin(connection, Behaviour::deferred));
        must(connection.execute("INSERT INTO t VALUES (3)"));
        must(transaction.rollback());
        CHECK_FALSE(connection.in_transaction());
    }
    CHECK(rows(connection) == 2);
    try {
        Transaction transaction = must(Transaction::begin(connection));
        Transaction moved = std::move(transaction);
        must(connection.execute("INSERT INTO t VALUES (3)"));
        throw std::runtime_error("body");
    } catch (const std::runtime_error&) {
        CHECK_FALSE(connection.in_transaction());
    }
    CHECK(rows(connection) == 2);
}

TEST_CASE("a second transaction is refused, and the first one stays")
{
    TempDir dir;
    Connection connection = database(dir);
    Transaction first = must(Transaction::begin(connection));
    auto second = Transaction::begin(connection);
    REQUIRE_FALSE(second);
    CHECK(second.error() == errc::invalid_argument);
    CHECK(first.active());
    must(first.commit());
}

TEST_CASE("of two writers one is told that it must wait")
{
    TempDir dir;
    Connection a = database(dir);
    Connection b = must(Connection::open(dir.path() / "a.db", OpenMode::read_write));
    {
        Transaction first = must(Transaction::begin(a));
        auto second = Transaction::begin(b);
        REQUIRE_FALSE(second);
        CHECK(second.error() == errc::busy);
        CHECK_FALSE(b.in_transaction());
        must(a.execute("INSERT INTO t VALUES (2)"));
        must(first.commit());
    }
    Transaction second = must(Transaction::begin(b));
    CHECK(rows(b) == 2);
    must(second.commit());
}

TEST_CASE("a reader that turns writer too late is told to begin anew")
{
    TempDir dir;
    Connection a = database(dir);
    Connection b = must(Connection::open(dir.path() / "a.db", OpenMode::read_write));
    Transaction transaction = must(Transaction::begin(a, Behaviour::deferred));
    CHECK(rows(a) == 1);
    must(b.execute("INSERT INTO t VALUES (2)"));
    auto written = a.execute("INSERT INTO t VALUES (3)");
    REQUIRE_FALSE(written);
    CHECK(written.error() == errc::busy);
    CHECK(written.error().sqlite_code() == SQLITE_BUSY_SNAPSHOT);
    CHECK(rows(a) == 1); // its state is as it was
}

TEST_CASE("a reading connection begins no immediate transaction")
{
    TempDir dir;
    Connection writer = database(dir);
    Connection reader = must(Connection::open(dir.path() / "a.db", OpenMode::read_only));
    auto begun = Transaction::begin(reader);
    REQUIRE_FALSE(begun);
    CHECK(begun.error() == errc::read_only);
    CHECK_FALSE(reader.in_transaction());
    Transaction snapshot = must(Transaction::begin(reader, Behaviour::deferred));
    CHECK(rows(reader) == 1);
    must(writer.execute("INSERT INTO t VALUES (2)"));
    CHECK(rows(reader) == 1);
    must(snapshot.commit());
    CHECK(rows(reader) == 2);
}

TEST_CASE("a COMMIT that is refused for a lock leaves nothing behind")
{
    TempDir dir;
    // Only without a write-ahead log does COMMIT itself need a lock that a reader can hold.
    Connection connection = database(dir);
    must(connection.execute("PRAGMA journal_mode=DELETE"));
    Connection reader = must(Connection::open(dir.path() / "a.db", OpenMode::read_only));
    Transaction snapshot = must(Transaction::begin(reader, Behaviour::deferred));
    CHECK(rows(reader) == 1);

    Transaction transaction = must(Transaction::begin(connection));
    must(connection.execute("INSERT INTO t VALUES (2)"));
    auto committed = transaction.commit();
    REQUIRE_FALSE(committed);
    CHECK(committed.error() == errc::busy);
    CHECK_FALSE(connection.in_transaction());
    CHECK_FALSE(transaction.active());
    must(snapshot.commit());
    CHECK(rows(connection) == 1);
    Transaction again = must(Transaction::begin(connection));
    must(again.commit());
}

TEST_CASE("a COMMIT that a deferred foreign key refuses leaves nothing behind")
{
    TempDir dir;
    Connection connection = database(dir);
    must(connection.execute("CREATE TABLE child(a REFERENCES t(a) DEFERRABLE INITIALLY DEFERRED)"));
    Transaction transaction = must(Transaction::begin(connection));
    CHECK_FALSE(connection.deferred_violations());
    must(connection.execute("INSERT INTO child VALUES (77)"));
    CHECK(connection.deferred_violations());
    auto committed = transaction.commit();
    REQUIRE_FALSE(committed);
    CHECK(committed.error() == errc::constraint);
    CHECK(committed.error().sqlite_code() == SQLITE_CONSTRAINT_FOREIGNKEY);
    CHECK_FALSE(connection.in_transaction());
    CHECK_FALSE(connection.deferred_violations());
    CHECK(must(connection.query_integer("SELECT count(*) FROM child")) == 0);
}

TEST_CASE("a transaction that SQLite took back is not reported as committed")
{
    TempDir dir;
    Connection connection = database(dir);
    Transaction transaction = must(Transaction::begin(connection));
    must(connection.execute("INSERT INTO t VALUES (2)"));
    SECTION("by OR ROLLBACK")
    {
        auto insert = connection.execute("INSERT OR ROLLBACK INTO t VALUES (1)");
        REQUIRE_FALSE(insert);
        CHECK(insert.error() == errc::constraint);
    }
    SECTION("by a trigger")
    {
        must(connection.execute(
            "CREATE TRIGGER r BEFORE INSERT ON t BEGIN SELECT RAISE(ROLLBACK, 'no'); END"));
        auto insert = connection.execute("INSERT INTO t VALUES (3)");
        REQUIRE_FALSE(insert);
        CHECK(insert.error() == errc::constraint);
        CHECK(insert.error().message() == "no");
    }
    SECTION("by an interrupt")
    {
        const std::atomic<bool> cancelled{true};
        connection.watch(&cancelled);
        auto insert = connection.execute(
            "INSERT INTO t WITH RECURSIVE n(x) AS (SELECT 10 UNION ALL SELECT x + 1 FROM n "
            "WHERE x < 100000) SELECT x FROM n");
        connection.watch(nullptr);
        REQUIRE_FALSE(insert);
        CHECK(insert.error() == errc::cancelled);
    }
    CHECK_FALSE(transaction.active());
    // What follows is outside of it, and that is not hidden either.
    auto committed = transaction.commit();
    REQUIRE_FALSE(committed);
    CHECK(committed.error() == errc::batch_aborted);
    CHECK(rows(connection) == 1);
    Transaction again = must(Transaction::begin(connection));
    must(again.commit());
}

TEST_CASE("a disk that is full at any write leaves all or nothing, and says which")
{
    for (const auto& [op, code, kind] :
         {std::tuple(FaultyVfs::Op::write, SQLITE_FULL, errc::disk_full),
          std::tuple(FaultyVfs::Op::write, SQLITE_IOERR_WRITE, errc::io_error),
          std::tuple(FaultyVfs::Op::sync, SQLITE_IOERR_FSYNC, errc::io_error)}) {
        for (const bool forever : {false, true}) {
            bool failed = true;
            for (int n = 1; failed && n < 500; ++n) {
                INFO("code " << code << ", number " << n << (forever ? " and all that follow" : ""));
                TempDir dir;
                FaultyVfs faults;
                Profile profile;
                profile.durability = op == FaultyVfs::Op::sync ? Durability::full : Durability::normal;
                profile.page_cache_kib = 8; // so that writing begins before COMMIT
                Connection connection = database(dir, profile);
                const int before = faults.failures();
                faults.fail(op, n, code, forever);
                bool committed = false;
                {
                    auto transaction = Transaction::begin(connection);
                    Result<void> done = transaction ? Result<void>() : fail(transaction.error());
                    for (int i = 2; done && i < 6; ++i)
                        done = connection.execute("INSERT INTO t VALUES (randomblob(4000))");
                    if (done) done = transaction->commit();
                    committed = done.has_value();
                    failed = faults.failures() > before;
                    if (!done) {
                        REQUIRE(failed);
                        CHECK((done.error() == kind || done.error() == errc::batch_aborted));
                    }
                }
                faults.heal();
                REQUIRE_FALSE(connection.in_transaction());
                REQUIRE(rows(connection) == (committed ? 5 : 1));
                // The connection is of use again, and the database sound.
                must(connection.execute("INSERT INTO t VALUES ('after')"));
                CHECK(must(connection.query_integer("SELECT count(*) FROM pragma_integrity_check "
                                                    "WHERE integrity_check = 'ok'")) == 1);
                must(connection.close());
                Connection again = must(Connection::open(dir.path() / "a.db", OpenMode::read_write));
                REQUIRE(rows(again) == (committed ? 6 : 2));
            }
            CHECK_FALSE(failed); // so that every write was met
        }
    }
}

TEST_CASE("a cancelled operation's flag does not end BEGIN, COMMIT or ROLLBACK")
{
    TempDir dir;
    Connection connection = database(dir);
    const std::atomic<bool> cancelled{true};
    connection.watch(&cancelled);
    // The steps of a statement that stays prepared add up, so that each would meet the flag in time.
    for (int i = 0; i < 2000; ++i) {
        Transaction committed = must(Transaction::begin(connection, Behaviour::deferred));
        REQUIRE(committed.commit());
        Transaction undone = must(Transaction::begin(connection, Behaviour::deferred));
        REQUIRE(undone.rollback());
        REQUIRE_FALSE(connection.in_transaction());
    }
    connection.watch(nullptr);
}

TEST_CASE("a savepoint is rolled back alone")
{
    TempDir dir;
    Connection connection = database(dir);
    Transaction transaction = must(Transaction::begin(connection));
    must(connection.execute("INSERT INTO t VALUES (2)"));
    {
        Savepoint kept = must(Savepoint::begin(connection));
        must(connection.execute("INSERT INTO t VALUES (3)"));
        {
            Savepoint undone = must(Savepoint::begin(connection));
            must(connection.execute("INSERT INTO t VALUES (4)"));
            Savepoint moved = std::move(undone);
        }
        CHECK(rows(connection) == 3);
        {
            Savepoint undone = must(Savepoint::begin(connection));
            must(connection.execute("INSERT INTO t VALUES (4)"));
            must(undone.rollback());
            must(undone.rollback());
            CHECK(rows(connection) == 3);
        }
        must(kept.release());
        auto again = kept.release();
        REQUIRE_FALSE(again);
        CHECK(again.error() == errc::invalid_argument);
    }
    must(transaction.commit());
    CHECK(rows(connection) == 3);
}

TEST_CASE("taking back a savepoint takes back its open foreign keys")
{
    TempDir dir;
    Connection connection = database(dir);
    must(connection.execute("CREATE TABLE child(a REFERENCES t(a) DEFERRABLE INITIALLY DEFERRED)"));
    Transaction transaction = must(Transaction::begin(connection));
    {
        Savepoint savepoint = must(Savepoint::begin(connection));
        must(connection.execute("INSERT INTO child VALUES (77)"));
        CHECK(connection.deferred_violations());
    }
    CHECK_FALSE(connection.deferred_violations());
    must(transaction.commit());
}

TEST_CASE("a savepoint outside a transaction is refused")
{
    TempDir dir;
    Connection connection = database(dir);
    auto savepoint = Savepoint::begin(connection);
    REQUIRE_FALSE(savepoint);
    CHECK(savepoint.error() == errc::invalid_argument);
    CHECK_FALSE(connection.in_transaction());
}

TEST_CASE("a savepoint knows when its transaction has gone")
{
    TempDir dir;
    Connection connection = database(dir);
    Transaction transaction = must(Transaction::begin(connection));
    Savepoint savepoint = must(Savepoint::begin(connection));
    CHECK_FALSE(connection.execute("INSERT OR ROLLBACK INTO t VALUES (1)"));
    auto released = savepoint.release();
    REQUIRE_FALSE(released);
    CHECK(released.error() == errc::batch_aborted);
    must(savepoint.rollback());
}

TEST_CASE("a transaction can be begun while its statements are in use by a reader")
{
    TempDir dir;
    Connection connection = database(dir);
    must(connection.execute("INSERT INTO t VALUES (2), (3)"));
    Statement reading = must(connection.prepare("SELECT a FROM t"));
    REQUIRE(must(reading.step()));
    {
        Transaction transaction = must(Transaction::begin(connection));
        must(connection.execute("INSERT INTO t VALUES (4)"));
        must(transaction.commit());
    }
    {
        Transaction transaction = must(Transaction::begin(connection));
        must(connection.execute("DROP TABLE IF EXISTS none; INSERT INTO t VALUES (5)"));
        must(transaction.rollback());
    }
    CHECK_FALSE(connection.in_transaction());
    CHECK(rows(connection) == 4);
}
