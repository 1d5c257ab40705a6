#include <tenantry/sqlite/blob.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <tenantry/sqlite/transaction.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

using Mode = Blob::Mode;

Connection database()
{
    Connection connection = must(Connection::open_memory());
    must(connection.execute(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a BLOB, b BLOB UNIQUE);"
        "INSERT INTO t VALUES (1, x'00010203', x'aa'), (2, x'0909', NULL), (3, NULL, NULL),"
        "(4, 'text', NULL), (5, 17, NULL)"));
    return connection;
}

std::vector<std::byte> bytes(std::initializer_list<int> values)
{
    std::vector<std::byte> made;
    for (const int value : values) made.push_back(static_cast<std::byte>(value));
    return made;
}

Error fails(Connection& connection, const char* table, const char* column, std::int64_t rowid,
            Mode mode = Mode::read)
{
    auto opened = Blob::open(connection, table, column, rowid, mode);
    if (opened) FAIL("it did not fail");
    return opened.error();
}

} // namespace

TEST_CASE("a value is read and written where it lies")
{
    Connection connection = database();
    Transaction transaction = must(Transaction::begin(connection));
    {
        Blob blob = must(Blob::open(connection, "t", "a", 1, Mode::write));
        CHECK(blob.size() == 4);
        std::array<std::byte, 3> piece{};
        CHECK(blob.read_some(0, piece) == 3u);
        CHECK(piece[2] == std::byte{2});
        CHECK(blob.read_some(3, piece) == 1u);
        CHECK(blob.read_some(4, piece) == 0u);
        CHECK(blob.read_some(5, piece).error() == errc::invalid_argument);
        must(blob.write(2, bytes({7, 8})));
        CHECK(blob.write(3, bytes({7, 8})).error() == errc::invalid_argument);
        CHECK(blob.write(~std::uint64_t{0}, bytes({1})).error() == errc::invalid_argument);
        must(blob.reopen(2));
        CHECK(blob.size() == 2);
        must(blob.write(0, bytes({5})));
        CHECK(blob.reopen(99).error() == errc::no_such_row);
    }
    must(transaction.commit());
    CHECK(must(connection.query_integer("SELECT a = x'00010708' FROM t WHERE id = 1")) == 1);
    CHECK(must(connection.query_integer("SELECT a = x'0509' FROM t WHERE id = 2")) == 1);
}

TEST_CASE("why a value is not opened is told")
{
    Connection connection = database();
    CHECK(fails(connection, "t", "a", 99) == errc::no_such_row);
    CHECK(fails(connection, "t", "a", 3) == errc::value_misfit);
    CHECK(fails(connection, "t", "a", 5) == errc::value_misfit);
    CHECK(must(Blob::open(connection, "t", "a", 4, Mode::read)).size() == 4);
    CHECK(fails(connection, "t", "b", 1, Mode::write) == errc::invalid_argument);
    CHECK(must(Blob::open(connection, "t", "b", 1, Mode::read)).size() == 1);
    CHECK(fails(connection, "nowhere", "a", 1) == errc::invalid_sql);
}

TEST_CASE("a row that is changed or removed closes its value")
{
    Connection connection = database();
    std::array<std::byte, 1> piece{};
    Blob changed = must(Blob::open(connection, "t", "a", 1, Mode::read));
    must(connection.execute("UPDATE t SET a = x'01' WHERE id = 1"));
    CHECK(changed.read_some(0, piece).error() == errc::no_such_row);
    CHECK(changed.read_some(0, piece).error() == errc::no_such_row);
    CHECK(changed.write(0, piece).error() == errc::no_such_row);
    Blob removed = must(Blob::open(connection, "t", "a", 2, Mode::read));
    CHECK(removed.read_some(0, piece) == 1u);
    must(connection.execute("DELETE FROM t WHERE id = 2"));
    CHECK(removed.reopen(2).error() == errc::no_such_row);
}
