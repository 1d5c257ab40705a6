#include <tenantry/sqlite/error.hpp>

#include <cerrno>
#include <memory>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;
using tenantry::sqlite::make_error;
using tenantry::sqlite::to_errc;

namespace {

struct Closer {
    void operator()(sqlite3* db) const { sqlite3_close(db); }
};

std::unique_ptr<sqlite3, Closer> memory()
{
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nullptr) ==
            SQLITE_OK);
    return std::unique_ptr<sqlite3, Closer>(db);
}

} // namespace

TEST_CASE("every result code of SQLite's is a kind of failure")
{
    const struct {
        int code;
        errc kind;
    } table[] = {
        {SQLITE_ERROR, errc::invalid_sql},
        {SQLITE_ERROR_MISSING_COLLSEQ, errc::invalid_sql},
        {SQLITE_INTERNAL, errc::internal},
        {SQLITE_PERM, errc::io_error},
        {SQLITE_ABORT, errc::internal},
        {SQLITE_ABORT_ROLLBACK, errc::batch_aborted},
        {SQLITE_BUSY, errc::busy},
        {SQLITE_BUSY_SNAPSHOT, errc::busy},
        {SQLITE_BUSY_RECOVERY, errc::busy},
        {SQLITE_LOCKED, errc::busy},
        {SQLITE_LOCKED_SHAREDCACHE, errc::busy},
        {SQLITE_NOMEM, errc::out_of_memory},
        {SQLITE_IOERR_NOMEM, errc::out_of_memory},
        {SQLITE_READONLY, errc::read_only},
        {SQLITE_READONLY_DIRECTORY, errc::read_only},
        {SQLITE_READONLY_DBMOVED, errc::tenant_gone},
        {SQLITE_INTERRUPT, errc::cancelled},
        {SQLITE_IOERR, errc::io_error},
        {SQLITE_IOERR_WRITE, errc::io_error},
        {SQLITE_IOERR_FSYNC, errc::io_error},
        {SQLITE_CORRUPT, errc::corrupt},
        {SQLITE_CORRUPT_INDEX, errc::corrupt},
        {SQLITE_NOTFOUND, errc::internal},
        {SQLITE_FULL, errc::disk_full},
        {SQLITE_CANTOPEN, errc::io_error},
        {SQLITE_CANTOPEN_SYMLINK, errc::io_error},
        {SQLITE_PROTOCOL, errc::busy},
        {SQLITE_SCHEMA, errc::busy},
        {SQLITE_TOOBIG, errc::too_big},
        {SQLITE_CONSTRAINT, errc::constraint},
        {SQLITE_CONSTRAINT_UNIQUE, errc::constraint},
        {SQLITE_CONSTRAINT_FOREIGNKEY, errc::constraint},
        {SQLITE_CONSTRAINT_TRIGGER, errc::constraint},
        {SQLITE_CONSTRAINT_DATATYPE, errc::constraint},
        {SQLITE_MISMATCH, errc::constraint},
        {SQLITE_MISUSE, errc::internal},
        {SQLITE_NOLFS, errc::io_error},
        {SQLITE_AUTH, errc::not_authorized},
        {SQLITE_AUTH_USER, errc::not_authorized},
        {SQLITE_FORMAT, errc::corrupt},
        {SQLITE_RANGE, errc::internal},
        {SQLITE_NOTADB, errc::not_a_database},
    };
    for (const auto& row : table) {
        INFO(sqlite3_errstr(row.code) << ", code " << row.code);
        CHECK(to_string(to_errc(row.code)) == to_string(row.kind));
        const Error error = make_error(nullptr, row.code);
        CHECK(error == row.kind);
        CHECK(error.sqlite_code() == row.code);
        CHECK_FALSE(error.message().empty());
    }
}

TEST_CASE("a full disk or quota is one, however SQLite meets it")
{
    CHECK(to_errc(SQLITE_IOERR_WRITE, ENOSPC) == errc::disk_full);
    CHECK(to_errc(SQLITE_IOERR_SHMSIZE, EDQUOT) == errc::disk_full);
    CHECK(to_errc(SQLITE_CANTOPEN, ENOSPC) == errc::disk_full);
    CHECK(to_errc(SQLITE_IOERR_WRITE, EIO) == errc::io_error);
    CHECK(to_errc(SQLITE_CONSTRAINT, ENOSPC) == errc::constraint);
}

TEST_CASE("an error speaks SQLite's words about a statement, and names what was being done")
{
    auto db = memory();
    const int code = sqlite3_exec(db.get(), "SELECT * FROM nowhere", nullptr, nullptr, nullptr);
    CHECK(make_error(db.get(), code).message() == "no such table: nowhere");
    CHECK(make_error(db.get(), code, "reading").message() == "reading: no such table: nowhere");
}

TEST_CASE("words about another failure are not taken for this one's")
{
    auto db = memory();
    REQUIRE(sqlite3_exec(db.get(), "SELECT * FROM nowhere", nullptr, nullptr, nullptr) == SQLITE_ERROR);
    const Error error = make_error(db.get(), SQLITE_CONSTRAINT);
    CHECK_THAT(std::string(error.message()), !ContainsSubstring("nowhere"));
    CHECK(error.message() == "constraint failed");
}

TEST_CASE("what a person can act on is said")
{
    auto text = [](int code) { return std::string(make_error(nullptr, code).message()); };
    CHECK_THAT(text(SQLITE_BUSY), ContainsSubstring("another connection or process"));
    CHECK_THAT(text(SQLITE_BUSY_SNAPSHOT), ContainsSubstring("immediate"));
    CHECK_THAT(text(SQLITE_LOCKED), ContainsSubstring("this connection"));
    CHECK_THAT(text(SQLITE_NOTADB), ContainsSubstring("encrypted"));
    CHECK_THAT(text(SQLITE_CORRUPT), ContainsSubstring("backup"));
    CHECK_THAT(text(SQLITE_CANTOPEN_SYMLINK), ContainsSubstring("symbolic link"));
    CHECK_THAT(text(SQLITE_READONLY_DIRECTORY), ContainsSubstring("directory"));
    CHECK_THAT(text(SQLITE_IOERR_FSYNC), ContainsSubstring("flushing"));
    CHECK_THAT(text(SQLITE_FULL), ContainsSubstring("no space"));
}
