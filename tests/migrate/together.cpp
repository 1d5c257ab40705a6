// Several at once: two processes that open one old tenant, and readers beside a migration.
#include <tenantry/migrate/ensure.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

constexpr SchemaObject plain{
    "table", "note", "note", "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT) STRICT", {}};
constexpr SchemaObject longer{
    "table",
    "note",
    "note",
    "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT, colour TEXT NOT NULL DEFAULT 'red') STRICT",
    {}};
constexpr SchemaObject stricter{
    "table",
    "note",
    "note",
    "CREATE TABLE note (id INTEGER PRIMARY KEY, colour TEXT NOT NULL DEFAULT 'red', text TEXT UNIQUE) STRICT",
    {}};
constexpr SchemaObject first_objects[] = {plain};
constexpr SchemaObject second_objects[] = {longer};
constexpr SchemaObject third_objects[] = {stricter};
constexpr SchemaInfo first{first_objects, 2001};
constexpr SchemaInfo second{second_objects, 2002};
constexpr SchemaInfo third{third_objects, 2003};

void make(const std::filesystem::path& path)
{
    Connection connection = must(Connection::open(path, OpenMode::create));
    must(ensure_schema(connection, first));
    must(connection.execute("INSERT INTO note(text) VALUES ('a'), ('b'), ('c')"));
    must(connection.close());
}

History revisions()
{
    return history(revision(1, "first", plain.sql),
                   revision(2, "second", "ALTER TABLE note ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'"),
                   revision(3, "third", "UPDATE note SET text = text || '!'"));
}

// In a child: 0 found it done, 1 did it, 9 failed.
int bring(const std::filesystem::path& path, bool with_history)
{
    Profile patient;
    patient.busy_timeout = std::chrono::seconds(60);
    auto connection = Connection::open(path, OpenMode::read_write, patient);
    if (!connection) return 9;
    const History all = revisions();
    for (;;) {
        auto migrated = ensure_schema(*connection, second, with_history ? &all : nullptr);
        if (!migrated && migrated.error() == errc::busy) continue; // recovery is not waited for
        return !migrated ? 9 : migrated->done.empty() ? 0 : 1;
    }
}

} // namespace

TEST_CASE("of two processes that open an old tenant at once one migrates it, round after round")
{
    const bool with_history = GENERATE(false, true);
    for (int round = 0; round < 40; ++round) {
        TempDir dir;
        const auto path = dir.path() / "a.db";
        make(path);
        int gate[2];
        REQUIRE(::pipe(gate) == 0);
        pid_t children[2];
        for (pid_t& child : children) {
            child = ::fork();
            REQUIRE(child >= 0);
            if (child != 0) continue;
            ::close(gate[1]);
            char byte = 0;
            (void)!::read(gate[0], &byte, 1); // until both are there
            ::_exit(bring(path, with_history));
        }
        ::close(gate[0]);
        ::close(gate[1]);
        int did = 0;
        for (const pid_t child : children) {
            int status = 0;
            REQUIRE(::waitpid(child, &status, 0) == child);
            REQUIRE(WIFEXITED(status));
            REQUIRE(WEXITSTATUS(status) < 9);
            did += WEXITSTATUS(status);
        }
        // A history's revisions are several transactions, which two may share.
        REQUIRE((with_history ? did >= 1 : did == 1));
        Connection connection = must(Connection::open(path, OpenMode::read_write));
        REQUIRE(must(connection.query_integer("SELECT count(*) FROM _tenantry_migrations")) ==
                (with_history ? 3 : 2));
        REQUIRE(must(connection.query_integer("SELECT count(*) FROM note WHERE colour = 'red'")) == 3);
        REQUIRE(must(connection.query_integer("SELECT count(*) FROM note WHERE text LIKE '_!'")) ==
                (with_history ? 3 : 0));
    }
}

TEST_CASE("readers see the old schema or the new one, and never an error of a stale statement")
{
    static const StatementText texts[] = {{"SELECT text FROM note WHERE id = 2", next_slot()},
                                          {"SELECT count(*), max(text) FROM note", next_slot()}};
    for (int round = 0; round < 8; ++round) {
        TempDir dir;
        const auto path = dir.path() / "a.db";
        make(path);
        std::atomic<bool> over{false};
        std::atomic<int> reading{0};
        std::atomic<int> wrong{0};
        std::vector<std::thread> readers;
        for (int i = 0; i < 3; ++i)
            readers.emplace_back([&] {
                Profile patient;
                patient.busy_timeout = std::chrono::seconds(60);
                auto connection = Connection::open(path, OpenMode::read_only, patient);
                if (!connection) ++wrong;
                bool told = false;
                while (connection && !over) {
                    auto one = connection->statement(texts[0]);
                    if (!one || !one->step().value_or(false) || one->text(0) != "b") ++wrong;
                    auto all = connection->statement(texts[1]); // while the first is open: one snapshot
                    if (!all || !all->step().value_or(false) || all->integer(0) != 3) ++wrong;
                    if (!std::exchange(told, true)) ++reading;
                }
                if (!told) ++reading;
            });
        while (reading < 3) std::this_thread::yield();
        {
            Connection writer = must(Connection::open(path, OpenMode::read_write));
            must(ensure_schema(writer, second));
            must(ensure_schema(writer, third));
        }
        over = true;
        for (std::thread& reader : readers) reader.join();
        CHECK(wrong == 0);
        Connection connection = must(Connection::open(path, OpenMode::read_write));
        CHECK(must(connection.query_integer("SELECT count(*) FROM note WHERE colour = 'red'")) == 3);
    }
}

TEST_CASE("an older program beside a newer one leaves its schema alone, whichever comes last")
{
    TempDir dir;
    const auto path = dir.path() / "a.db";
    make(path);
    Connection newer = must(Connection::open(path, OpenMode::read_write));
    Connection older = must(Connection::open(path, OpenMode::read_write));
    must(ensure_schema(newer, third));
    for (int i = 0; i < 3; ++i) {
        const Migrated left = must(ensure_schema(older, first));
        CHECK(left.is_newer);
        CHECK(left.done.empty());
        CHECK(left.tolerated.front() == "column note.colour");
        must(older.execute("INSERT INTO note(text) VALUES ('old " + std::to_string(i) + "')"));
        CHECK(must(ensure_schema(newer, third)).was_current);
    }
    // What a still newer one adds and needs in each row, the older one cannot write.
    constexpr SchemaObject needing{
        "table",
        "note",
        "note",
        "CREATE TABLE note (id INTEGER PRIMARY KEY, colour TEXT NOT NULL, text TEXT UNIQUE) STRICT",
        {}};
    constexpr SchemaObject objects[] = {needing};
    must(ensure_schema(newer, SchemaInfo{objects, 2004}));
    auto refused = ensure_schema(older, first);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::newer_schema);
    CHECK_THAT(std::string(refused.error().message()), ContainsSubstring("column note.colour"));
    CHECK(must(ensure_schema(older, third)).is_newer); // which gives every row a colour
}
