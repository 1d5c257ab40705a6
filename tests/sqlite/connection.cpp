#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/uninterruptible.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"
#include "support/must.hpp"
#include "support/refused_opens.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;
namespace fs = std::filesystem;

namespace {

std::string message(const Error& error) { return std::string(error.message()); }

void write_file(const fs::path& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

std::string read_file(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const fs::path& path)
{
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

std::size_t open_descriptors()
{
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

std::size_t files_in(const fs::path& path)
{
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
}

Connection database(const fs::path& path)
{
    Connection connection = must(Connection::open(path, OpenMode::create));
    must(connection.execute("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3)"));
    return connection;
}

// The working directory, for as long as it lives.
class WorkingDirectory {
public:
    explicit WorkingDirectory(const fs::path& path) : before_(fs::current_path()) { fs::current_path(path); }
    WorkingDirectory(const WorkingDirectory&) = delete;
    WorkingDirectory& operator=(const WorkingDirectory&) = delete;
    ~WorkingDirectory() { fs::current_path(before_); }

private:
    fs::path before_;
};

// Ends no sooner than it is told to.
constexpr const char* endless =
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 0";

} // namespace

TEST_CASE("opening never creates")
{
    TempDir dir;
    for (const OpenMode mode : {OpenMode::read_only, OpenMode::read_write}) {
        auto opened = Connection::open(dir.path() / "missing.db", mode);
        REQUIRE_FALSE(opened);
        CHECK(opened.error() == errc::io_error);
        CHECK((opened.error().sqlite_code() & 0xff) == SQLITE_CANTOPEN);
        CHECK_THAT(message(opened.error()), ContainsSubstring("missing.db"));
        CHECK_THAT(message(opened.error()), ContainsSubstring("No such file"));
    }
    CHECK(files_in(dir.path()) == 0);
}

TEST_CASE("a new database is in WAL mode, and its owner's alone")
{
    TempDir dir;
    const mode_t mask = ::umask(0);
    Connection connection = database(dir.path() / "a.db");
    ::umask(mask);
    CHECK(connection.path() == (dir.path() / "a.db").string());
    Statement mode = must(connection.prepare_privileged("PRAGMA journal_mode"));
    REQUIRE(must(mode.step()));
    CHECK(mode.text(0) == "wal");
    for (const char* name : {"a.db", "a.db-wal", "a.db-shm"}) {
        INFO(name);
        CHECK(mode_of(dir.path() / name) == 0600);
    }
}

TEST_CASE("creating does not touch what is there")
{
    TempDir dir;
    SECTION("a database") { must(database(dir.path() / "a.db").close()); }
    SECTION("another file") { write_file(dir.path() / "a.db", "something else"); }
    SECTION("a link to nowhere") { fs::create_symlink(dir.path() / "nowhere", dir.path() / "a.db"); }
    const bool is_link = fs::is_symlink(dir.path() / "a.db");
    const std::string before = is_link ? "" : read_file(dir.path() / "a.db");
    auto made = Connection::open(dir.path() / "a.db", OpenMode::create);
    REQUIRE_FALSE(made);
    CHECK(made.error() == errc::io_error);
    CHECK_THAT(message(made.error()), ContainsSubstring("exists"));
    CHECK(files_in(dir.path()) == 1);
    CHECK(fs::is_symlink(dir.path() / "a.db") == is_link);
    if (!is_link) CHECK(read_file(dir.path() / "a.db") == before);
}

TEST_CASE("creating in a directory that is not there says so")
{
    TempDir dir;
    auto made = Connection::open(dir.path() / "none" / "a.db", OpenMode::create);
    REQUIRE_FALSE(made);
    CHECK(made.error() == errc::io_error);
    CHECK_THAT(message(made.error()), ContainsSubstring("No such file or directory"));
}

TEST_CASE("a log that another database left behind does not come back to life")
{
    TempDir dir;
    Connection old = database(dir.path() / "old.db");
    REQUIRE(fs::file_size(dir.path() / "old.db-wal") > 0);
    fs::copy_file(dir.path() / "old.db-wal", dir.path() / "new.db-wal");
    Connection made = must(Connection::open(dir.path() / "new.db", OpenMode::create));
    CHECK(must(made.query_integer("SELECT count(*) FROM sqlite_schema")) == 0);
    must(made.execute("CREATE TABLE t(a)"));
    CHECK(must(made.query_integer("SELECT count(*) FROM t")) == 0);
}

TEST_CASE("symbolic links are refused in every part of the path")
{
    TempDir dir;
    fs::create_directory(dir.path() / "real");
    must(database(dir.path() / "real" / "a.db").close());
    fs::create_symlink(dir.path() / "real" / "a.db", dir.path() / "link.db");
    fs::create_directory_symlink(dir.path() / "real", dir.path() / "way");
    for (const fs::path& path : {dir.path() / "link.db", dir.path() / "way" / "a.db"}) {
        for (const OpenMode mode : {OpenMode::read_only, OpenMode::read_write}) {
            auto opened = Connection::open(path, mode);
            REQUIRE_FALSE(opened);
            CHECK(opened.error() == errc::io_error);
            CHECK(opened.error().sqlite_code() == SQLITE_CANTOPEN_SYMLINK);
            CHECK_THAT(message(opened.error()), ContainsSubstring("symbolic link"));
        }
    }
    auto made = Connection::open(dir.path() / "way" / "b.db", OpenMode::create);
    REQUIRE_FALSE(made);
    CHECK(made.error().sqlite_code() == SQLITE_CANTOPEN_SYMLINK);
    CHECK_FALSE(fs::exists(dir.path() / "real" / "b.db"));
    CHECK(Connection::open(dir.path() / "real" / "a.db", OpenMode::read_write));
}

TEST_CASE("a path is a file's name, whatever it looks like")
{
    TempDir dir;
    const WorkingDirectory here(dir.path());
    for (const char* name :
         {":memory:", "file:a.db?mode=memory", "file:b.db", "with space and \xc3\xbc.db", "?", "-", "%41"}) {
        INFO(name);
        must(database(name).close());
        CHECK(fs::file_size(dir.path() / name) > 0);
        Connection again = must(Connection::open(name, OpenMode::read_only));
        CHECK(must(again.query_integer("SELECT count(*) FROM t")) == 3);
    }
    for (const std::string& name : {std::string(), std::string("a\0b", 3)}) {
        for (const OpenMode mode : {OpenMode::read_only, OpenMode::read_write, OpenMode::create}) {
            auto opened = Connection::open(name, mode);
            REQUIRE_FALSE(opened);
            CHECK(opened.error() == errc::invalid_argument);
        }
    }
}

TEST_CASE("a path that is too long for SQLite is named as such")
{
    TempDir dir;
    fs::path deep = dir.path();
    for (int i = 0; i < 4; ++i) deep /= std::string(150, 'd');
    fs::create_directories(deep);
    auto made = Connection::open(deep / "a.db", OpenMode::create);
    REQUIRE_FALSE(made);
    CHECK_THAT(message(made.error()), ContainsSubstring("longer than SQLite takes"));
    CHECK(files_in(deep) == 0);
}

TEST_CASE("a file that is no database is told from a damaged one and from an empty one")
{
    TempDir dir;
    const fs::path path = dir.path() / "a.db";
    SECTION("a text")
    {
        write_file(path, std::string(5000, 'x'));
        for (const OpenMode mode : {OpenMode::read_only, OpenMode::read_write}) {
            auto opened = Connection::open(path, mode);
            REQUIRE_FALSE(opened);
            CHECK(opened.error() == errc::not_a_database);
            CHECK(opened.error().sqlite_code() == SQLITE_NOTADB);
            CHECK_THAT(message(opened.error()), ContainsSubstring("a.db"));
        }
        CHECK(read_file(path) == std::string(5000, 'x'));
    }
    SECTION("a short text")
    {
        write_file(path, "short");
        auto opened = Connection::open(path, OpenMode::read_write);
        REQUIRE_FALSE(opened);
        CHECK(opened.error() == errc::not_a_database);
    }
    SECTION("a database that was cut off")
    {
        {
            Connection connection = database(path);
            must(connection.execute("INSERT INTO t SELECT randomblob(3000) FROM t, t AS u, t AS v"));
        }
        const auto size = fs::file_size(path);
        REQUIRE(size > 4 * 4096);
        fs::resize_file(path, 4096 * 2);
        auto opened = Connection::open(path, OpenMode::read_write);
        // SQLite notices at once, since the header says how large the file is.
        REQUIRE_FALSE(opened);
        CHECK(opened.error() == errc::corrupt);
        CHECK_THAT(message(opened.error()), ContainsSubstring("backup"));
    }
    SECTION("a database with a page overwritten")
    {
        must(database(path).close());
        {
            std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(4096);
            file << std::string(4096, '\xff');
        }
        Connection connection = must(Connection::open(path, OpenMode::read_write));
        auto count = connection.query_integer("SELECT count(*) FROM t");
        REQUIRE_FALSE(count);
        CHECK(count.error() == errc::corrupt);
    }
    SECTION("nothing in it")
    {
        write_file(path, "");
        Connection connection = must(Connection::open(path, OpenMode::read_write));
        CHECK(must(connection.query_integer("SELECT count(*) FROM sqlite_schema")) == 0);
    }
    SECTION("a directory")
    {
        fs::create_directory(path);
        for (const OpenMode mode : {OpenMode::read_only, OpenMode::read_write}) {
            auto opened = Connection::open(path, mode);
            REQUIRE_FALSE(opened);
            CHECK(opened.error() == errc::io_error);
            CHECK_THAT(message(opened.error()), ContainsSubstring("directory"));
        }
    }
}

TEST_CASE("a connection for reading writes nothing, not even a temporary table")
{
    TempDir dir;
    Connection writer = database(dir.path() / "a.db");
    Connection reader = must(Connection::open(dir.path() / "a.db", OpenMode::read_only));
    CHECK(must(reader.query_integer("SELECT sum(a) FROM t")) == 6);
    must(writer.execute("INSERT INTO t VALUES (4)"));
    CHECK(must(reader.query_integer("SELECT sum(a) FROM t")) == 10);
    for (const char* sql : {"INSERT INTO t VALUES (5)", "CREATE TABLE u(a)", "CREATE TEMP TABLE u(a)",
                            "PRAGMA user_version=3"}) {
        INFO(sql);
        auto written = reader.execute(sql);
        REQUIRE_FALSE(written);
        CHECK(written.error() == errc::read_only);
    }
}

TEST_CASE("a file that may not be written is not opened for writing")
{
    TempDir dir;
    must(database(dir.path() / "a.db").close());
    fs::permissions(dir.path(), fs::perms::all);
    fs::permissions(dir.path() / "a.db",
                    fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
    // The superuser may write anything, so somebody else tries.
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        constexpr uid_t nobody = 65534;
        if (::geteuid() == 0 && ::setuid(nobody) != 0) ::_exit(9);
        auto opened = Connection::open(dir.path() / "a.db", OpenMode::read_write);
        if (opened) ::_exit(1);
        ::_exit(opened.error() == errc::read_only ? 0 : 2);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a creation that fails at any step leaves nothing behind")
{
    TempDir dir;
    FaultyVfs faults;
    using Op = FaultyVfs::Op;
    for (const Op op : {Op::open, Op::write, Op::sync, Op::truncate, Op::shm}) {
        const int code = op == Op::open ? SQLITE_CANTOPEN : op == Op::write ? SQLITE_FULL : SQLITE_IOERR;
        bool failed = true;
        for (int n = 1; failed && n < 100; ++n) {
            INFO("operation " << static_cast<int>(op) << ", number " << n);
            const int before = faults.failures();
            faults.fail(op, n, code, true);
            auto made = Connection::open(dir.path() / "a.db", OpenMode::create);
            failed = faults.failures() > before;
            faults.heal();
            if (made) {
                must(made->execute("CREATE TABLE t(a)"));
                must(made->close());
                fs::remove(dir.path() / "a.db");
            } else {
                REQUIRE(failed);
                CHECK((made.error() == errc::disk_full || made.error() == errc::io_error));
            }
            REQUIRE(files_in(dir.path()) == 0);
        }
        CHECK_FALSE(failed); // so that every step was met
    }
}

TEST_CASE("a quota that is met while opening is a full disk")
{
    TempDir dir;
    must(database(dir.path() / "a.db").close());
    FaultyVfs faults;
    faults.fail(FaultyVfs::Op::shm, 1, SQLITE_IOERR_SHMSIZE, true, ENOSPC);
    auto opened = Connection::open(dir.path() / "a.db", OpenMode::read_write);
    REQUIRE_FALSE(opened);
    CHECK(opened.error() == errc::disk_full);
    CHECK_THAT(message(opened.error()), ContainsSubstring("No space left on device"));
}

TEST_CASE("a connection notices that its file is no longer the one under its name")
{
    TempDir dir;
    fs::create_directory(dir.path() / "tenant");
    const fs::path path = dir.path() / "tenant" / "a.db";
    Connection connection = database(path);
    CHECK_FALSE(must(connection.file_moved()));
    SECTION("removed")
    {
        fs::remove(path);
        CHECK(must(connection.file_moved()));
        must(connection.execute("INSERT INTO t VALUES (4)")); // SQLite itself does not mind
        CHECK(must(connection.file_moved()));
    }
    SECTION("replaced")
    {
        Connection other = database(dir.path() / "other.db");
        fs::rename(dir.path() / "other.db", path);
        CHECK(must(connection.file_moved()));
    }
    SECTION("in a directory that was renamed")
    {
        fs::rename(dir.path() / "tenant", dir.path() / "elsewhere");
        CHECK(must(connection.file_moved()));
        fs::rename(dir.path() / "elsewhere", dir.path() / "tenant");
        CHECK_FALSE(must(connection.file_moved()));
    }
    SECTION("in a directory that another took the place of")
    {
        fs::rename(dir.path() / "tenant", dir.path() / "elsewhere");
        fs::create_directory(dir.path() / "tenant");
        Connection other = database(path);
        CHECK(must(connection.file_moved()));
        CHECK_FALSE(must(other.file_moved()));
    }
    CHECK_FALSE(must(must(Connection::open_memory()).file_moved()));
}

TEST_CASE("a script runs to its first failure, which names its statement")
{
    Connection connection = must(Connection::open_memory());
    must(connection.execute(""));
    must(connection.execute("  -- nothing\n ; ;"));
    must(connection.execute(
        "CREATE TABLE t(a); -- one\n INSERT INTO t VALUES (1); SELECT * FROM t; INSERT INTO t VALUES (2);"));
    CHECK(must(connection.query_integer("SELECT count(*) FROM t")) == 2);
    auto ran = connection.execute(
        std::string("INSERT INTO t VALUES (3); INSERT INTO u VALUES (4); INSERT INTO t VALUES (5)"));
    REQUIRE_FALSE(ran);
    CHECK(ran.error() == errc::invalid_sql);
    CHECK(message(ran.error()) == "no such table: u");
    CHECK_THAT(std::string(ran.error().sql()), ContainsSubstring("INSERT INTO u"));
    CHECK(must(connection.query_integer("SELECT count(*) FROM t")) == 3);
}

TEST_CASE("an integer is asked for, and whether there is one is told")
{
    Connection connection = must(Connection::open_memory());
    CHECK(must(connection.query_integer("SELECT 5, 6")) == 5);
    CHECK(must(connection.query_integer("SELECT NULL")) == 0);
    auto none = connection.query_integer("SELECT 1 WHERE 0");
    REQUIRE_FALSE(none);
    CHECK(none.error() == errc::no_such_row);
    CHECK_FALSE(connection.query_integer("SELECT"));
}

TEST_CASE("closing says if it cannot, and otherwise leaves one file")
{
    TempDir dir;
    Connection connection = database(dir.path() / "a.db");
    {
        Statement statement = must(connection.prepare("SELECT a FROM t"));
        auto closed = connection.close();
        REQUIRE_FALSE(closed);
        CHECK(closed.error() == errc::busy);
        REQUIRE(must(statement.step())); // it is open still
        CHECK(connection.is_open());
    }
    must(connection.close());
    CHECK_FALSE(connection.is_open());
    CHECK(connection.native_handle() == nullptr);
    CHECK(files_in(dir.path()) == 1);
}

TEST_CASE("twenty rounds of opening and closing cost no descriptor")
{
    TempDir dir;
    must(database(dir.path() / "a.db").close());
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 20; ++i) {
        Connection writer = must(Connection::open(dir.path() / "a.db", OpenMode::read_write));
        must(writer.execute("INSERT INTO t VALUES (1)"));
        Connection reader = must(Connection::open(dir.path() / "a.db", OpenMode::read_only));
        CHECK(must(reader.query_integer("SELECT count(*) FROM t")) == 4 + i);
        CHECK_FALSE(Connection::open(dir.path() / "missing.db", OpenMode::read_write));
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("a checkpoint moves the log into the database")
{
    TempDir dir;
    Connection connection = database(dir.path() / "a.db");
    const CheckpointState passive = must(connection.checkpoint(Checkpoint::passive));
    CHECK(passive.log_frames > 0);
    CHECK(passive.complete());
    must(connection.checkpoint(Checkpoint::truncate));
    CHECK(fs::file_size(dir.path() / "a.db-wal") == 0);

    Connection reader = must(Connection::open(dir.path() / "a.db", OpenMode::read_only));
    must(reader.execute("BEGIN; SELECT * FROM t"));
    must(connection.execute("INSERT INTO t VALUES (4)"));
    auto blocked = connection.checkpoint(Checkpoint::truncate);
    REQUIRE_FALSE(blocked);
    CHECK(blocked.error() == errc::busy);
}

namespace {

// A database of which the file, without its log, must have so many rows, and be whole.
void check_rows(const fs::path& path, std::int64_t rows)
{
    Connection connection = must(Connection::open(path, OpenMode::read_write));
    CHECK(must(connection.query_integer("SELECT count(*) FROM t")) == rows);
    CHECK(must(connection.query_integer("SELECT count(*) FROM pragma_integrity_check WHERE "
                                        "integrity_check = 'ok'")) == 1);
}

} // namespace

TEST_CASE("a commit that restarts the log in the middle of a checkpoint is not lost, with any SQLite")
{
    using Op = test::FaultyVfs::Op;
    test::FaultyVfs vfs;
    TempDir dir;
    const fs::path path = dir.path() / "a.db";
    std::int64_t rows = 4;
    {
        Connection writer = database(path); // has three rows
        const auto insert = [&](int times) {
            for (int n = 0; n < times; ++n, ++rows)
                must(writer.execute("INSERT INTO t VALUES (hex(randomblob(300)))"));
        };
        must(writer.execute("INSERT INTO t VALUES (0)"));
        insert(60);
        Connection checkpointer = must(Connection::open(path, OpenMode::read_write));
        must(checkpointer.query_integer("SELECT count(*) FROM t"));
        insert(1); // which is news to it
        {
            Connection other = must(Connection::open(path, OpenMode::read_write));
            REQUIRE(must(other.checkpoint(Checkpoint::passive)).complete()); // nothing is left to do
        }
        const auto how =
            GENERATE(Checkpoint::passive, Checkpoint::full, Checkpoint::restart, Checkpoint::truncate);
        const bool alone = how == Checkpoint::passive;
        CAPTURE(static_cast<int>(how));
        // SQLite makes a passive one of it where another writes.
        if (!alone) must(writer.execute("BEGIN IMMEDIATE"));
        vfs.call(Op::unfetch, 1, [&] {
            if (!alone) insert(1);
            if (!alone) must(writer.execute("COMMIT"));
            insert(3);
        });
        auto done = checkpointer.checkpoint(how);
        CHECK(done.has_value() == alone);
        if (!done) {
            CHECK(done.error() == errc::busy);
            CHECK(done.error().sqlite_code() == SQLITE_BUSY);
        }
        if (writer.in_transaction()) must(writer.execute("COMMIT"));
        // It is as it was before.
        must(checkpointer.execute("INSERT INTO t VALUES (1)"));
        ++rows;
        insert(5);
        must(checkpointer.checkpoint(Checkpoint::passive));
        insert(100);
        must(checkpointer.checkpoint(Checkpoint::passive));
        insert(1);
    }
    check_rows(path, rows);
}

TEST_CASE("a checkpoint waits for a lock as long as the connection does, and no longer")
{
    TempDir dir;
    const fs::path path = dir.path() / "a.db";
    Connection writer = database(path);
    Profile patient;
    patient.busy_timeout = std::chrono::milliseconds(5);
    Connection connection = must(Connection::open(path, OpenMode::read_write, patient));
    must(writer.execute("BEGIN IMMEDIATE"));
    CHECK(connection.checkpoint(Checkpoint::truncate).error() == errc::busy);
    CHECK(connection.execute("INSERT INTO t VALUES (4)").error() == errc::busy);
    must(writer.execute("COMMIT"));
    must(connection.checkpoint(Checkpoint::truncate));
    must(connection.execute("INSERT INTO t VALUES (4)"));

    patient.busy_timeout = std::chrono::hours(1);
    Connection waiting = must(Connection::open(path, OpenMode::read_write, patient));
    must(writer.execute("BEGIN IMMEDIATE"));
    std::atomic<bool> called{false};
    std::thread other([&] {
        while (!called) std::this_thread::yield();
        must(writer.execute("COMMIT"));
    });
    called = true;
    must(waiting.checkpoint(Checkpoint::truncate));
    other.join();
}

TEST_CASE("no commit writes the log back, on any connection, and closing only where it may")
{
    TempDir dir;
    const fs::path path = dir.path() / "a.db";
    {
        Connection connection = database(path);
        must(connection.checkpoint(Checkpoint::truncate));
        const auto size = fs::file_size(path);
        // SQLite would after a thousand pages.
        must(connection.execute("CREATE TABLE big AS SELECT zeroblob(8000000) AS b"));
        must(connection.execute("INSERT INTO t VALUES (4)"));
        CHECK(connection.log_frames() > 1900);
        CHECK(fs::file_size(path) == size);
        must(connection.close());
    }
    CHECK_FALSE(fs::exists(path.string() + "-wal"));

    Profile keeping;
    keeping.keep_log = true;
    auto kept = must(Connection::open(path, OpenMode::read_write, keeping));
    must(kept.execute("INSERT INTO t VALUES (5)"));
    must(kept.close());
    const auto log = fs::file_size(path.string() + "-wal");
    CHECK(log > 0);
    // Where opening fails the connection has been there as well.
    keeping.page_cache_kib = -1;
    CHECK_FALSE(Connection::open(path, OpenMode::read_write, keeping));
    keeping.page_cache_kib = 512;
    must(must(Connection::open(path, OpenMode::read_write, keeping)).query_integer("SELECT count(*) FROM t"));
    CHECK(fs::file_size(path.string() + "-wal") == log);
}

TEST_CASE("a log whose index could not be opened when the database was is not removed when that is closed")
{
    const int times = GENERATE(0, 1, 2);
    CAPTURE(times);
    TempDir dir;
    const fs::path path = dir.path() / "a.db";
    database(path);
    Profile keeping;
    keeping.keep_log = true;
    {
        auto kept = must(Connection::open(path, OpenMode::read_write, keeping));
        must(kept.execute("INSERT INTO t VALUES (4)"));
    }
    const auto log = fs::file_size(path.string() + "-wal");
    REQUIRE(log > 0);
    {
        const RefusedOpens index("-shm", times);
        const auto opened = Connection::open(path, OpenMode::read_write);
        CHECK(opened.has_value() == (times == 0)); // read it can be
        if (opened) CHECK(index.left() == 0);
    }
    CHECK(fs::file_size(path.string() + "-wal") == log);
    auto again = must(Connection::open(path, OpenMode::read_write));
    CHECK(must(again.query_integer("SELECT count(*) FROM t")) == 4);
    must(again.close());
    CHECK_FALSE(fs::exists(path.string() + "-wal"));
}

TEST_CASE("a statement is ended by the flag that is watched")
{
    Connection connection = must(Connection::open_memory());
    must(connection.execute("CREATE TABLE t(a)"));
    std::atomic<bool> cancelled{true};
    connection.watch(&cancelled);
    Statement query = must(connection.prepare(endless));

    SECTION("set before")
    {
        auto row = query.step();
        REQUIRE_FALSE(row);
        CHECK(row.error() == errc::cancelled);
        CHECK(row.error().sqlite_code() == SQLITE_INTERRUPT);
        CHECK(row.error().sql() == endless);
    }
    SECTION("set by another thread meanwhile")
    {
        cancelled = false;
        std::thread other([&] { cancelled = true; });
        auto row = query.step();
        other.join();
        REQUIRE_FALSE(row);
        CHECK(row.error() == errc::cancelled);
    }
    SECTION("also after the connection was moved")
    {
        Connection moved = std::move(connection);
        CHECK_FALSE(query.step());
        connection = std::move(moved);
    }
    SECTION("and no more when it is not watched")
    {
        connection.watch(nullptr);
        Statement counting = must(connection.prepare(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000) SELECT count(*) FROM n"));
        CHECK(must(counting.step()));
    }
    SECTION("nor while it must not be interrupted")
    {
        Statement counting = must(connection.prepare(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000) SELECT count(*) FROM n"));
        {
            const Uninterruptible calm(connection);
            CHECK(must(counting.step()));
        }
        counting.reset();
        CHECK_FALSE(counting.step());
    }
    connection.watch(nullptr);
    must(connection.execute("INSERT INTO t VALUES (1)"));
}

TEST_CASE("what is begun again elsewhere has a grace after its time, once")
{
    Connection connection = must(Connection::open_memory());
    Statement query = must(connection.prepare(endless));
    using namespace std::chrono_literals;
    const auto begun = std::chrono::steady_clock::now();
    connection.watch(nullptr, begun, 30ms); // its time is over, as for a thread that was not let run
    auto row = query.step();
    REQUIRE_FALSE(row);
    CHECK(row.error() == errc::cancelled);
    CHECK(connection.out_of_time());
    CHECK(std::chrono::steady_clock::now() - begun >= 30ms);
    query.reset();
    connection.watch(nullptr, begun); // who is not begun again has none, and is told of it
    CHECK_FALSE(query.step());
    CHECK(connection.out_of_time());
    connection.watch(nullptr);
    CHECK_FALSE(connection.out_of_time());
}

TEST_CASE("a statement that took too long for a moment is not run in one for a while, and then tried again")
{
    using namespace std::chrono_literals;
    Connection connection = must(Connection::open_memory());
    static const StatementText up_to{
        "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < ?1) "
        "SELECT count(*) FROM up",
        next_slot()};
    static const StatementText brief{"SELECT 1", next_slot()};
    const auto lend = [&] { connection.watch(nullptr, std::chrono::steady_clock::now() + 1ms, 1ms); };
    const auto count_to = [&](std::int64_t n) -> Result<std::int64_t> {
        auto query = connection.statement(up_to);
        if (!query) return fail(std::move(query).error());
        query->integer(1, n);
        if (auto row = query->step(); !row) return fail(std::move(row).error());
        return query->integer(0);
    };
    constexpr std::int64_t endless_count = 1'000'000'000'000;
    lend();
    CHECK(count_to(endless_count).error() == errc::cancelled);
    for (int n = 0; n < 31; ++n) {
        lend();
        CHECK(connection.statement(up_to).error() == errc::cancelled);
        CHECK(connection.out_of_time());
        CHECK(connection.statement(brief));
        // Whoever has the connection for good is not concerned.
        connection.watch(nullptr);
        CHECK(must(count_to(3)) == 3);
        connection.watch(nullptr, std::chrono::steady_clock::now() + 1h);
        CHECK(must(count_to(3)) == 3);
        CHECK_FALSE(connection.out_of_time());
    }
    // It is brief now, and stays.
    for (int n = 0; n < 3; ++n) {
        connection.watch(nullptr, std::chrono::steady_clock::now() + 1h, 1ms);
        CHECK(must(count_to(3)) == 3);
        CHECK_FALSE(connection.out_of_time());
    }
    lend();
    CHECK(count_to(endless_count).error() == errc::cancelled);
    // What was prepared anew is another one.
    connection.release_statements();
    connection.watch(nullptr, std::chrono::steady_clock::now() + 1h, 1ms);
    CHECK(must(count_to(3)) == 3);
    connection.watch(nullptr);
}

TEST_CASE("an ended write takes its transaction with it, an ended read does not")
{
    Connection connection = must(Connection::open_memory());
    must(connection.execute("CREATE TABLE t(a); BEGIN; INSERT INTO t VALUES (1)"));
    const std::atomic<bool> cancelled{true};
    connection.watch(&cancelled);
    {
        auto read = must(connection.prepare(endless)).run();
        REQUIRE_FALSE(read);
        CHECK(read.error() == errc::cancelled);
        CHECK(connection.in_transaction());
    }
    Statement write = must(connection.prepare(
        "INSERT INTO t WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000) SELECT x FROM n"));
    auto written = write.run();
    REQUIRE_FALSE(written);
    CHECK(written.error() == errc::cancelled);
    CHECK_FALSE(connection.in_transaction());
    connection.watch(nullptr);
    CHECK(must(connection.query_integer("SELECT count(*) FROM t")) == 0);
}

TEST_CASE("a database locked by somebody is busy, at once")
{
    TempDir dir;
    Connection a = database(dir.path() / "a.db");
    Connection b = must(Connection::open(dir.path() / "a.db", OpenMode::read_write));
    must(a.execute("BEGIN IMMEDIATE"));
    Statement insert = must(b.prepare("INSERT INTO t VALUES (9)"));
    auto written = insert.run();
    REQUIRE_FALSE(written);
    CHECK(written.error() == errc::busy);
    CHECK(written.error().sqlite_code() == SQLITE_BUSY);
    // SQLite would keep it running, in the way of what comes next.
    CHECK(sqlite3_stmt_busy(insert.native_handle()) == 0);
    must(a.execute("ROLLBACK"));
    must(insert.run());
}

TEST_CASE("connections to one database in several threads see each other's work")
{
    TempDir dir;
    must(database(dir.path() / "a.db").close());
    Profile patient;
    patient.busy_timeout = std::chrono::seconds(60);
    constexpr int threads = 4;
    constexpr int rows = 50;
    std::atomic<int> failed{0};
    std::thread workers[threads];
    for (std::thread& worker : workers) {
        worker = std::thread([&] {
            auto connection = Connection::open(dir.path() / "a.db", OpenMode::read_write, patient);
            if (!connection) {
                ++failed;
                return;
            }
            for (int i = 0; i < rows; ++i)
                if (!connection->execute("INSERT INTO t VALUES (1)")) ++failed;
        });
    }
    for (std::thread& worker : workers) worker.join();
    CHECK(failed == 0);
    Connection connection = must(Connection::open(dir.path() / "a.db", OpenMode::read_only));
    CHECK(must(connection.query_integer("SELECT count(*) FROM t")) == 3 + threads * rows);
}

TEST_CASE("memory is given back when told")
{
    TempDir dir;
    Connection connection = database(dir.path() / "a.db");
    must(connection.execute("INSERT INTO t SELECT randomblob(3000) FROM t, t AS u, t AS v"));
    auto cached = [&] {
        int used = 0;
        int highest = 0;
        sqlite3_db_status(connection.native_handle(), SQLITE_DBSTATUS_CACHE_USED, &used, &highest, 0);
        return used;
    };
    const int before = cached();
    connection.release_memory();
    CHECK(cached() < before);
    CHECK(must(connection.query_integer("SELECT count(*) FROM t")) == 30);
}
