// Databases in the shapes that others make, which are taken over as they are.
#include <tenantry/migrate/adopt.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/migrate/ensure.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/column_name.hpp>
#include <tenantry/schema/column_type.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/not_strict.hpp>
#include <tenantry/schema/table.hpp>

#include "support/catch.hpp"
#include "support/databases_of_others.hpp"
#include "support/declaration.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace adopted_tests {

// As Chinook has them.
struct Artist {
    Id<Artist> id{};
    std::optional<std::string> name{};
};
struct Track {
    Id<Track> id{};
    std::string name{};
    std::int64_t album{}; // its reference is not declared
    std::optional<std::string> composer{};
    std::int64_t milliseconds{};
    double price{};
};
struct Chinook
    : Schema<
          NotStrict,
          Table<"Artist", Artist, ColumnName<&Artist::id, "ArtistId">, ColumnName<&Artist::name, "Name">>,
          Table<"Track", Track, ColumnName<&Track::id, "TrackId">, ColumnName<&Track::name, "Name">,
                ColumnName<&Track::album, "AlbumId">, ColumnName<&Track::composer, "Composer">,
                ColumnName<&Track::milliseconds, "Milliseconds">, ColumnName<&Track::price, "UnitPrice">>> {};
const std::string chinook =
    others::chinook_tables +
    "INSERT INTO Album VALUES (1, 'x'); INSERT INTO Track VALUES (7, 'a', 1, NULL, 100, 5, 0.99), (8, 'b', 1, NULL, 100, 5, 2);";

} // namespace adopted_tests

namespace {

using namespace adopted_tests;
using namespace others;

template <class S>
Connection adopted(const TempDir& dir, const std::string& sql)
{
    Connection db = must(Connection::open(dir.path() / "a.db", OpenMode::create));
    must(db.execute(sql.c_str()));
    const auto found = must(adopt(db, schema_info<S>()));
    INFO(found);
    CHECK(found.misfits.empty());
    CHECK(found.conflicts.empty());
    CHECK(must(ensure_schema(db, schema_info<S>())).done.empty());
    return db;
}

} // namespace

TEST_CASE("tables as Chinook, Rails and Django make them are adopted, read and written")
{
    TempDir dir;
    SECTION("Chinook")
    {
        Connection db = adopted<Chinook>(dir, chinook);
        const auto tracks = must(execute<Chinook>(db, select<Track>()));
        REQUIRE(tracks.size() == 2);
        CHECK(tracks[0].price == 0.99);
        CHECK(tracks[1].price == 2);
        (void)must(execute<Chinook>(
            db,
            insert(Track{.id = {}, .name = "c", .album = 1, .composer = {}, .milliseconds = 3, .price = 1})));
        (void)must(execute<Chinook>(db, insert(Artist{.id = {}, .name = "d"})));
    }
    SECTION("Rails")
    {
        Connection db = adopted<Rails>(dir, rails + "; PRAGMA user_version = 3");
        CHECK(must(execute<Rails>(db, one(select<User>()))).created == "2024-01-02 03:04:05.678901");
        (void)must(execute<Rails>(
            db, insert(User{.id = {}, .email = "b", .admin = true, .visits = 1, .created = "2024-01-02"})));
        CHECK(must(db.query_integer("PRAGMA user_version")) == 3);
    }
    SECTION("Django")
    {
        Connection db = adopted<Django>(dir, django);
        const auto entries = must(execute<Django>(db, select<Entry>()));
        REQUIRE(entries.size() == 2);
        CHECK(entries[0].price == 2.5);
        CHECK(entries[0].shown);
        (void)must(execute<Django>(
            db, insert(Entry{.id = {}, .title = "c", .rank = 1, .shown = true, .price = 3.0, .author = 1})));
    }
}

TEST_CASE("an adopted table that is rebuilt keeps the foreign keys that are not declared")
{
    TempDir dir;
    Connection db = adopted<Django>(dir, django);
    const Declaration later(
        {"CREATE TABLE blog_entry (id INTEGER PRIMARY KEY, title TEXT NOT NULL, rank INTEGER NOT NULL,"
         " shown INTEGER NOT NULL, price REAL, author_id INTEGER NOT NULL, CHECK (title <> ''))"});
    const auto opened = must(ensure_schema(db, later.info()));
    CHECK(opened.done == std::vector<std::string>{"rebuild table blog_entry"});
    auto loose = db.execute("INSERT INTO blog_entry VALUES (9, 't', 3, 1, 2.5, 99)");
    REQUIRE_FALSE(loose);
    CHECK(loose.error() == errc::constraint);
    CHECK(must(ensure_schema(db, later.info())).was_current);
}

TEST_CASE("a type that would not keep the values is a misfit")
{
    for (
        const char* sql :
        {"CREATE TABLE users (id bigint PRIMARY KEY, email varchar NOT NULL, admin bool NOT NULL, visits bigint NOT NULL, created_at datetime(6) NOT NULL)",
         "CREATE TABLE users (id integer PRIMARY KEY, email varchar NOT NULL, admin bool NOT NULL, visits varchar NOT NULL, created_at datetime(6) NOT NULL)",
         "CREATE TABLE users (id integer PRIMARY KEY, email datetime NOT NULL, admin bool NOT NULL, visits bigint NOT NULL, created_at datetime(6) NOT NULL)"}) {
        Connection db = must(Connection::open_memory());
        must(db.execute(sql));
        auto refused = adopt(db, schema_info<Rails>());
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::migration_failed);
    }
}
