// What the planner knows of a tenant's rows.
#include <tenantry/tenant/detail/optimize.hpp>

#include <string>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using test::must;

namespace {

struct Site {
    test::TempDir directory;
    std::string path = directory.path() / "main.db";
    sqlite::Connection owner = must(sqlite::Connection::open(path, sqlite::OpenMode::create));

    // As a tenant gives it to such jobs.
    [[nodiscard]] sqlite::Connection maintenance() const
    {
        sqlite::Profile profile;
        profile.fences = {.attached = 1, .defensive = false, .authorizer = false};
        return must(sqlite::Connection::open(path, sqlite::OpenMode::read_write, profile));
    }
    void optimize() const
    {
        auto connection = maintenance();
        must(detail::optimize_planner(connection));
    }

    void fill(const std::string& table, int rows)
    {
        must(owner.execute(
            "INSERT INTO " + table +
            "(same, own) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT " +
            std::to_string(rows) + ") SELECT 1, n FROM c"));
    }

    [[nodiscard]] static std::string plan(sqlite::Connection& connection, const std::string& table)
    {
        // EXPLAIN alone does not look whether the schema has changed.
        must(connection.query_integer("SELECT count(*) FROM sqlite_schema"));
        auto statement = must(
            connection.prepare("EXPLAIN QUERY PLAN SELECT * FROM " + table + " WHERE same = 1 AND own = 7"));
        must(statement.step());
        return std::string(statement.text(3));
    }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("connections that are open plan by what was found out")
{
    Site site;
    // Without statistics one index is as good as the other, and which is taken depends on their order.
    must(site.owner.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, same INT, own INT) STRICT;"
                            "CREATE INDEX t_same ON t(same); CREATE INDEX t_own ON t(own);"
                            "CREATE TABLE u(id INTEGER PRIMARY KEY, same INT, own INT) STRICT;"
                            "CREATE INDEX u_own ON u(own); CREATE INDEX u_same ON u(same)"));
    site.fill("t", 2000);
    site.fill("u", 2000);
    auto reader = must(sqlite::Connection::open(site.path, sqlite::OpenMode::read_only));
    REQUIRE((has(Site::plan(reader, "t"), "t_same") || has(Site::plan(reader, "u"), "u_same")));
    site.optimize();
    for (auto* connection : {&reader, &site.owner}) {
        CHECK(has(Site::plan(*connection, "t"), "t_own"));
        CHECK(has(Site::plan(*connection, "u"), "u_own"));
    }
}

TEST_CASE("what has not changed much is not looked at again, and what has grown is")
{
    Site site;
    must(site.owner.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, same INT, own INT) STRICT;"
                            "CREATE INDEX t_same ON t(same)"));
    const auto version = [&] { return must(site.owner.query_integer("PRAGMA schema_version")); };
    const auto known = [&] {
        return must(
            site.owner.query_integer("SELECT CAST(stat AS INTEGER) FROM sqlite_stat1 WHERE idx = 't_same'"));
    };
    site.fill("t", 50);
    site.optimize();
    CHECK(known() == 50);
    const auto first = version();
    site.fill("t", 10);
    site.optimize();
    CHECK(version() == first);
    CHECK(known() == 50);
    site.fill("t", 5000);
    site.optimize();
    CHECK(version() > first);
    CHECK(known() > 1000);
}

TEST_CASE("no table is missed: of any name, with any kind of index, and without any")
{
    Site site;
    must(site.owner.execute(
        "CREATE TABLE \"odd \"\" name\"(\"a \"\"column\" TEXT, b INT) STRICT;"
        "CREATE INDEX \"odd \"\" index\" ON \"odd \"\" name\"(\"a \"\"column\");"
        "CREATE TABLE keyed(k TEXT, v INT, PRIMARY KEY (k, v)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE partly(a INT, b INT) STRICT;"
        "CREATE INDEX some ON partly(a) WHERE b IS NOT NULL;"
        "CREATE INDEX sums ON partly(a + b); CREATE INDEX plain ON partly(b);"
        "CREATE TABLE bare(a INT) STRICT; CREATE VIEW seen AS SELECT a FROM bare;"
        "CREATE VIRTUAL TABLE words USING fts5(word);"
        "INSERT INTO \"odd \"\" name\" VALUES ('x', 1), ('y', 2);"
        "INSERT INTO keyed VALUES ('k', 1), ('k', 2); INSERT INTO partly VALUES (1, 2), (3, 4);"
        "INSERT INTO bare VALUES (1); INSERT INTO words VALUES ('one')"));
    site.optimize();
    CHECK(must(site.owner.query_integer(
              "SELECT count(*) FROM sqlite_stat1 WHERE idx IN ('odd \" index', 'keyed', "
              "'sums', 'plain')")) == 4);
    // Its own tables (words_data and the like) are looked at by a newer SQLite and left out by an older one.
    CHECK(must(site.owner.query_integer("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'words'")) == 0);
    must(site.owner.execute("INSERT INTO words VALUES ('two')"));
}

TEST_CASE("an empty database has nothing to be looked at")
{
    Site site;
    site.optimize();
    CHECK(must(site.owner.query_integer("SELECT count(*) FROM sqlite_schema")) == 0);
}
