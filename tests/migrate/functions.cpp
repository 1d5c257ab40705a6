// Declarations that use functions and collations of the program.
#include <tenantry/migrate/ensure.hpp>

#include <string>
#include <string_view>

#include <tenantry/migrate/compare.hpp>
#include <tenantry/migrate/next_revision.hpp>
#include <tenantry/sqlite/codecs.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

constexpr ColumnInfo old_columns[] = {{"id", "INTEGER", false}, {"word", "TEXT", true}};
constexpr SchemaObject old_objects[] = {
    {"table", "t", "t",
     "CREATE TABLE \"t\" (\"id\" INTEGER PRIMARY KEY, \"word\" TEXT NOT NULL COLLATE by_size) STRICT",
     old_columns},
    {"index", "backwards", "t", "CREATE INDEX \"backwards\" ON \"t\" (reverse(\"word\"))", {}},
};
constexpr SchemaInfo old_schema{old_objects, 11};

constexpr SchemaObject new_objects[] = {
    {"table", "t", "t",
     "CREATE TABLE \"t\" (\"id\" INTEGER PRIMARY KEY, \"word\" TEXT NOT NULL COLLATE by_size"
     " CHECK (reverse(\"word\") <> \"word\" COLLATE binary)) STRICT",
     old_columns},
    {"index", "backwards", "t", "CREATE INDEX \"backwards\" ON \"t\" (reverse(\"word\"))", {}},
    {"index", "sized", "t", "CREATE INDEX \"sized\" ON \"t\" (\"word\")", {}},
};
constexpr SchemaInfo new_schema{new_objects, 12};

Functions functions()
{
    Functions made;
    made.scalar("reverse", [](std::string_view word) { return std::string(word.rbegin(), word.rend()); },
                {.deterministic = true, .innocuous = true});
    made.collation("by_size",
                   [](std::string_view a, std::string_view b) noexcept { return a.size() <=> b.size(); });
    return made;
}

Connection database(const TempDir& directory)
{
    Profile profile;
    profile.functions = functions();
    return must(Connection::open(directory.path() / "a.db", OpenMode::create, profile));
}

} // namespace

TEST_CASE("a schema with functions of the program is made, compared and rebuilt")
{
    const TempDir directory;
    auto connection = database(directory);
    must(ensure_schema(connection, old_schema));
    must(connection.execute("INSERT INTO t(word) VALUES('ab'), ('abc')"));
    must(ensure_schema(connection, new_schema));
    CHECK(must(connection.query_integer("SELECT count(*) FROM t WHERE reverse(word) = 'cba'")) == 1);
    CHECK(must(connection.query_integer("SELECT count(*) FROM t WHERE word = 'xx'")) == 1);
    CHECK(connection.execute("INSERT INTO t(word) VALUES('anna')").error() == errc::constraint);
    CHECK(must(compare(connection, new_schema)).plan.steps.empty());
}

TEST_CASE("a history is replayed with the functions of the program")
{
    const History history = tenantry::history(
        revision(1, "initial", std::string(old_objects[0].sql) + ";" + std::string(old_objects[1].sql)));
    const auto without = history.replay();
    REQUIRE_FALSE(without);
    CHECK_THAT(std::string(without.error().message()), ContainsSubstring("by_size"));
    CHECK(history.replay({}, functions()));
}
