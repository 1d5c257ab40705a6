// docs/adoption.md: from a database of others to a tenant that is served, with databases as Chinook, Rails and Django make them.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/fleet/adopt.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/migrate/compare.hpp>
#include <tenantry/sqlite/inspect.hpp>
#include <tenantry/tenantry.hpp>

#include "support/catch.hpp"
#include "support/databases_of_others.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using test::must;
namespace fs = std::filesystem;

namespace adoption {

// [declare]
struct Artist {
    Id<Artist> id{};
    std::optional<std::string> name{};
};
struct Track {
    Id<Track> id{};
    std::string name{};
    std::int64_t album{}; // of a table that is not declared
    std::int64_t milliseconds{};
    double price{};
};
struct Chinook
    : Schema<NotStrict,
             Table<"Artist", Artist, ColumnName<&Artist::id, "ArtistId">, ColumnName<&Artist::name, "Name">>,
             Table<"Track", Track, ColumnName<&Track::id, "TrackId">, ColumnName<&Track::name, "Name">,
                   ColumnName<&Track::album, "AlbumId">, ColumnName<&Track::milliseconds, "Milliseconds">,
                   ColumnName<&Track::price, "UnitPrice">>> {};
// [/declare]

// What a later release declares.
inline constexpr auto costs = col<&Track::price> >= 0.0;
struct Later
    : Schema<NotStrict,
             Table<"Artist", Artist, ColumnName<&Artist::id, "ArtistId">, ColumnName<&Artist::name, "Name">>,
             Table<"Track", Track, ColumnName<&Track::id, "TrackId">, ColumnName<&Track::name, "Name">,
                   ColumnName<&Track::album, "AlbumId">, ColumnName<&Track::milliseconds, "Milliseconds">,
                   ColumnName<&Track::price, "UnitPrice">, Check<"costs", costs>>> {};

const std::string chinook =
    test::others::chinook_tables +
    "INSERT INTO Artist VALUES (3, 'AC/DC'); INSERT INTO Album VALUES (1, 'x');"
    "INSERT INTO Track VALUES (7, 'a', 1, 'c', 100, 5, 0.99), (8, 'b', 1, NULL, 100, NULL, 2);"
    "PRAGMA user_version = 42; PRAGMA application_id = 99";

} // namespace adoption

using namespace adoption;
using namespace test::others;

namespace {

// A file of somebody who knows nothing of this library: made by SQLite alone, with its page size and its journal.
void make_theirs(const fs::path& path, const std::string& sql)
{
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    const int code = sqlite3_exec(db, ("PRAGMA page_size = 1024;" + sql).c_str(), nullptr, nullptr, nullptr);
    INFO(sqlite3_errmsg(db));
    REQUIRE(code == SQLITE_OK);
    sqlite3_close(db);
}

std::string bytes_of(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::int64_t ask(const fs::path& path, const char* sql)
{
    return must(sqlite::inspect(path, {}, [&](sqlite::Connection& db) { return db.query_integer(sql); }));
}

} // namespace

TEST_CASE("a database of others is looked at, adopted, and served")
{
    const test::TempDir directory;
    const fs::path file = directory.path() / "chinook.db";
    const fs::path root = directory.path() / "fleet";
    make_theirs(file, chinook);
    const std::string before = bytes_of(file);
    {
        auto fleet = must(Fleet<Chinook>::open(root));
        const fs::path path = file;
        // [adopt]
        const auto found =
            compare<Chinook>(path); // what would keep rows from being written, and how it differs
        const auto adopted = adopt(fleet, "acme", path);
        // [/adopt]
        REQUIRE(found);
        CHECK(found->misfits.empty());
        INFO((adopted ? std::string() : test::said(adopted.error())));
        REQUIRE(adopted);
        CHECK(adopted->conflicts.empty());
        CHECK(bytes_of(file) == before);
        for (const char* beside : {"-wal", "-shm", "-journal"})
            CHECK_FALSE(fs::exists(file.string() + beside));

        const auto db = must(fleet.tenant("acme"));
        const auto tracks = must(db.read(select<Track>().order_by(col<&Track::id>)));
        REQUIRE(tracks.size() == 2);
        CHECK(tracks[0].price == 0.99);
        CHECK(tracks[1].price == 2);
        const auto artist = must(db.read(one(select<Artist>())));
        CHECK(key_of(artist).value() == 3);
        CHECK(artist.name == "AC/DC");
        const Track more{.id = {}, .name = "c", .album = 1, .milliseconds = 3, .price = 1.5};
        must(db.write(insert(more)));
        must(db.write(
            update<Track>().set(col<&Track::name> = "z").where(col<&Track::id> == key_of(tracks[0]))));
        // The reference that is not declared is theirs, and kept.
        const Track loose{.id = {}, .name = "d", .album = 99, .milliseconds = 3, .price = 1};
        const auto refused = db.write(insert(loose));
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::constraint);
        must(fleet.close(Shutdown::drain));
    }
    fs::path main;
    {
        // A later release builds the table anew: what is not declared stays, and so does their user_version.
        auto fleet = must(Fleet<Later>::open(root));
        main = must(fleet.directory("acme")) / "main.db";
        const auto db = must(fleet.tenant("acme"));
        const Migrated opened = db.opening();
        CHECK(opened.done.back() == "rebuild table Track"); // before it, an index goes that is not declared
        CHECK(must(db.read(select(count()).from(table<Track>))).front() == 3);
        const Track loose{.id = {}, .name = "d", .album = 99, .milliseconds = 3, .price = 1};
        CHECK_FALSE(db.write(insert(loose)));
        const Track free{.id = {}, .name = "e", .album = 1, .milliseconds = 3, .price = -1};
        CHECK_FALSE(db.write(insert(free)));
        must(fleet.close(Shutdown::drain));
    }
    CHECK(
        ask(main,
            "SELECT count(*) FROM Track WHERE TrackId = 7 AND Bytes = 5 AND Composer = 'c' AND Name = 'z'") ==
        1);
    CHECK(ask(main, "PRAGMA user_version") == 42);
    CHECK(ask(main, "PRAGMA application_id") == TenantOptions().application_id);
    CHECK(bytes_of(main).substr(18, 2) == "\2\2"); // a write-ahead log
    auto again = must(Fleet<Later>::open(root));
    CHECK(must(again.tenant("acme")).opening().was_current);
}

TEST_CASE("tables of Rails are served, from a database that is in use and has a log")
{
    const test::TempDir directory;
    const fs::path file = directory.path() / "production.sqlite3";
    make_theirs(file, rails);
    sqlite3* theirs = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &theirs) == SQLITE_OK);
    REQUIRE(sqlite3_exec(theirs,
                         "PRAGMA journal_mode = wal; INSERT INTO users(email, admin, created_at)"
                         " VALUES ('bob@x', 1, '2024-02-02 00:00:00.000000')",
                         nullptr, nullptr, nullptr) == SQLITE_OK);
    auto fleet = must(Fleet<Rails>::open(directory.path() / "fleet"));
    must(adopt(fleet, "acme", file));
    const auto db = must(fleet.tenant("acme"));
    const auto users = must(db.read(select<User>().order_by(col<&User::id>)));
    REQUIRE(users.size() == 2);
    CHECK(users[0].created == "2024-01-02 03:04:05.678901");
    CHECK_FALSE(users[0].admin);
    CHECK(users[1].admin);
    const User twice{.id = {}, .email = "bob@x", .admin = true, .visits = 1, .created = "2024-01-02"};
    CHECK_FALSE(db.write(insert(twice)));
    const User third{.id = {}, .email = "eve@x", .admin = true, .visits = 1, .created = "2024-01-02"};
    must(db.write(insert(third)));
    // Theirs goes on, and knows nothing of it.
    CHECK(sqlite3_exec(theirs, "INSERT INTO users(email, created_at) VALUES ('zoe@x', '')", nullptr, nullptr,
                       nullptr) == SQLITE_OK);
    sqlite3_close(theirs);
    CHECK(ask(file, "SELECT count(*) FROM users") == 3);
    CHECK(must(db.read(select(count()).from(table<User>))).front() == 3);
}

TEST_CASE("tables of Django are served, and what cannot be adopted leaves no tenant")
{
    const test::TempDir directory;
    const fs::path file = directory.path() / "db.sqlite3";
    make_theirs(file, django);
    const fs::path root = directory.path() / "fleet";
    auto fleet = must(Fleet<Django>::open(root));
    must(adopt(fleet, "acme", file));
    const auto db = must(fleet.tenant("acme"));
    const auto entries = must(db.read(select<Entry>().order_by(col<&Entry::id>)));
    REQUIRE(entries.size() == 2);
    CHECK(entries[0].price == 2.5);
    CHECK_FALSE(entries[1].shown);
    const Entry more{.id = {}, .title = "c", .rank = 1, .shown = true, .price = 3.0, .author = 1};
    must(db.write(insert(more)));
    const Entry loose{.id = {}, .title = "d", .rank = 1, .shown = true, .price = {}, .author = 99};
    CHECK_FALSE(db.write(insert(loose)));

    const auto refused = [&](std::string_view id, const fs::path& path) {
        const auto adopted = adopt(fleet, id, path);
        REQUIRE_FALSE(adopted);
        CHECK(fs::is_empty(root / "staging"));
        CHECK(must(fleet.tenants()).size() == 1);
        return adopted.error();
    };
    CHECK(refused("acme", file) == errc::tenant_exists);
    CHECK(refused("Not An Id", file) == errc::invalid_tenant_id);
    CHECK(refused("other", directory.path() / "none.db") == errc::io_error);
    CHECK(refused("other", must(fleet.directory("acme")) / "main.db") == errc::invalid_argument);
    std::ofstream(directory.path() / "text.db") << std::string(5000, 'x');
    CHECK(refused("other", directory.path() / "text.db") == errc::not_a_database);
    make_theirs(directory.path() / "else.db", "CREATE TABLE blog_entry (id INTEGER PRIMARY KEY, title TEXT)");
    const Error misfit = refused("other", directory.path() / "else.db");
    CHECK(misfit == errc::migration_failed);
    CHECK_THAT(std::string(misfit.message()), ContainsSubstring("blog_entry.rank"));
    must(fleet.close(Shutdown::drain));
    const auto closed = adopt(fleet, "other", file);
    REQUIRE_FALSE(closed);
    CHECK(closed.error() == errc::fleet_closed);
}
