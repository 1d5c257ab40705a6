#include <tenantry/sqlite/profile.hpp>

#include <chrono>
#include <limits>
#include <string>

#include <tenantry/sqlite/connection.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

// What the pragmas of a connection say.
struct Settings {
    std::int64_t synchronous, cache_size, temp_store, foreign_keys, trusted_schema, busy_timeout, query_only;
};

Settings settings(Connection& connection)
{
    auto ask = [&](const char* pragma) { return must(connection.query_integer(pragma)); };
    return {ask("PRAGMA synchronous"),  ask("PRAGMA cache_size"),     ask("PRAGMA temp_store"),
            ask("PRAGMA foreign_keys"), ask("PRAGMA trusted_schema"), ask("PRAGMA busy_timeout"),
            ask("PRAGMA query_only")};
}

void answer(sqlite3_context* context, int, sqlite3_value**) { sqlite3_result_int(context, 42); }

} // namespace

TEST_CASE("the defaults of a tenant's connection")
{
    TempDir dir;
    Connection connection = must(Connection::open(dir.path() / "a.db", OpenMode::create));
    const Settings is = settings(connection);
    CHECK(is.synchronous == 1);
    CHECK(is.cache_size == -512);
    CHECK(is.temp_store == 2);
    CHECK(is.foreign_keys == 1);
    CHECK(is.trusted_schema == 0);
    CHECK(is.busy_timeout == 0);
    CHECK(is.query_only == 0);
    CHECK(sqlite3_limit(connection.native_handle(), SQLITE_LIMIT_ATTACHED, -1) == 0);
    CHECK(sqlite3_db_mutex(connection.native_handle()) == nullptr);

    Connection reader = must(Connection::open(dir.path() / "a.db", OpenMode::read_only));
    CHECK(settings(reader).query_only == 1);
}

TEST_CASE("each of them is an option")
{
    TempDir dir;
    Profile profile;
    profile.durability = Durability::full;
    profile.page_cache_kib = 64;
    profile.temporary_in_memory = false;
    profile.foreign_keys = false;
    profile.trusted_schema = true;
    profile.busy_timeout = std::chrono::milliseconds(1234);
    Connection connection = must(Connection::open(dir.path() / "a.db", OpenMode::create, profile));
    const Settings is = settings(connection);
    CHECK(is.synchronous == 2);
    CHECK(is.cache_size == -64);
    CHECK(is.temp_store == 0);
    CHECK(is.foreign_keys == 0);
    CHECK(is.trusted_schema == 1);
    CHECK(is.busy_timeout == 1234);
}

TEST_CASE("options out of their range are refused or cut to it")
{
    Profile profile;
    profile.page_cache_kib = -1;
    auto opened = Connection::open_memory(profile);
    REQUIRE_FALSE(opened);
    CHECK(opened.error() == errc::invalid_argument);

    profile = {};
    profile.busy_timeout = std::chrono::hours(24 * 365);
    Connection patient = must(Connection::open_memory(profile));
    CHECK(settings(patient).busy_timeout == std::numeric_limits<int>::max());
}

TEST_CASE("nothing can be attached, even where the authorizer is not there to refuse it")
{
    TempDir dir;
    Profile profile;
    profile.fences.authorizer = false;
    Connection connection = must(Connection::open(dir.path() / "a.db", OpenMode::create, profile));
    auto attached = connection.execute("ATTACH '" + (dir.path() / "b.db").string() + "' AS b");
    REQUIRE_FALSE(attached);
    CHECK_THAT(std::string(attached.error().message()), ContainsSubstring("too many attached databases"));
    CHECK_FALSE(connection.execute("VACUUM"));
    CHECK_FALSE(std::filesystem::exists(dir.path() / "b.db"));
}

TEST_CASE("double quotes are for names only")
{
    Connection connection = must(Connection::open_memory());
    must(connection.execute("CREATE TABLE t(a)"));
    auto query = connection.prepare("SELECT * FROM t WHERE a = \"hello\"");
    REQUIRE_FALSE(query);
    CHECK(query.error() == errc::invalid_sql);
    CHECK_THAT(std::string(query.error().message()), ContainsSubstring("no such column"));
    CHECK_FALSE(connection.execute("CREATE INDEX i ON t(\"hello\")"));

    Profile lax;
    lax.fences.double_quoted_strings = true;
    Connection lenient = must(Connection::open_memory(lax));
    must(lenient.execute("CREATE TABLE t(a); CREATE INDEX i ON t(\"hello\")"));
    CHECK(lenient.prepare("SELECT * FROM t WHERE a = \"hello\""));
}

TEST_CASE("nothing writes past the schema, not even the library's own statements")
{
    Connection connection = must(Connection::open_memory());
    must(connection.execute("CREATE TABLE t(a); PRAGMA writable_schema = 1"));
    auto written = connection.execute("DELETE FROM sqlite_schema");
    REQUIRE_FALSE(written);
    CHECK_THAT(std::string(written.error().message()), ContainsSubstring("may not be modified"));
    CHECK(must(connection.query_integer("SELECT count(*) FROM sqlite_schema")) == 1);
}

TEST_CASE("no extension can be loaded")
{
    Connection connection = must(Connection::open_memory());
    auto loaded = connection.execute("SELECT load_extension('libm.so.6')");
    REQUIRE_FALSE(loaded);
    CHECK_THAT(std::string(loaded.error().message()), ContainsSubstring("not authorized"));
}

TEST_CASE("nobody hands SQLite a pointer")
{
    // Where this SQLite has FTS3, as Debian's, its tokenizers are pointers in blobs.
    Profile lax; // without the authorizer, which refuses the function by its name
    lax.fences.authorizer = false;
    Connection unwatched = must(Connection::open_memory(lax));
    CHECK_FALSE(unwatched.execute("SELECT fts3_tokenizer('mine', x'4141414141414141')"));

    Connection connection = must(Connection::open_memory());
    const bool has_it = sqlite3_compileoption_used("ENABLE_FTS3") != 0;
    for (const char* sql :
         {"SELECT fts3_tokenizer('simple')", "SELECT FTS3_Tokenizer('mine', x'4141414141414141')",
          "SELECT fts3_tokenizer(?)", "SELECT fts3_tokenizer(?, ?)"}) {
        INFO(sql);
        auto refused = connection.prepare(sql);
        REQUIRE_FALSE(refused);
        if (has_it) {
            CHECK(refused.error() == errc::not_authorized);
            CHECK_THAT(std::string(refused.error().message()), ContainsSubstring("fts3_tokenizer"));
        }
    }
    if (has_it) must(connection.execute("CREATE VIRTUAL TABLE words USING fts3(text)")); // goes on to work
}

TEST_CASE("switches that SQLite may be built with are as the library needs them")
{
    Connection connection = must(Connection::open_memory());
    const auto is_on = [&](int option) {
        int on = -1;
        REQUIRE(sqlite3_db_config(connection.native_handle(), option, -1, &on) == SQLITE_OK);
        return on;
    };
    CHECK(is_on(SQLITE_DBCONFIG_DEFENSIVE) == 1);
    CHECK(is_on(SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER) == 0);
    CHECK(is_on(SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION) == 0);
    CHECK(is_on(SQLITE_DBCONFIG_WRITABLE_SCHEMA) == 0);
    CHECK(is_on(SQLITE_DBCONFIG_RESET_DATABASE) == 0);
    CHECK(is_on(SQLITE_DBCONFIG_LEGACY_ALTER_TABLE) == 0);
    CHECK(is_on(SQLITE_DBCONFIG_LEGACY_FILE_FORMAT) == 0);
    CHECK(is_on(SQLITE_DBCONFIG_TRUSTED_SCHEMA) == 0);
    CHECK(is_on(SQLITE_DBCONFIG_ENABLE_TRIGGER) == 1);
    CHECK(is_on(SQLITE_DBCONFIG_ENABLE_VIEW) == 1);
    CHECK(must(connection.query_integer("PRAGMA trusted_schema")) == 0);
    TempDir dir;
    Connection file = must(Connection::open(dir.path() / "a.db", OpenMode::create));
    CHECK(file.query_integer("PRAGMA mmap_size").value_or(0) == 0);
}

TEST_CASE("statements may be kept small, each in its way")
{
    Profile usual;
    usual.fences.authorizer = false;
    const struct {
        int StatementLimits::* limit;
        int most;
        const char* too_much;
    } table[] = {
        {&StatementLimits::value_bytes, 1000, "SELECT length(zeroblob(2000) || '')"},
        {&StatementLimits::statement_bytes, 30, "SELECT 1 WHERE 1 = 1 AND 2 = 2 AND 3 = 3"},
        {&StatementLimits::columns, 5, "SELECT 1, 2, 3, 4, 5, 6"},
        {&StatementLimits::expression_depth, 5, "SELECT 1 + (2 + (3 + (4 + (5 + (6 + (7 + abs(8)))))))"},
        {&StatementLimits::compound_selects, 2, "SELECT 1 UNION SELECT 2 UNION SELECT 3"},
        {&StatementLimits::instructions, 10,
         "SELECT abs(1) + abs(2) + abs(3) + abs(4) + abs(5) + abs(6) + random()"},
        {&StatementLimits::function_arguments, 2, "SELECT max(1, 2, 3)"},
        {&StatementLimits::pattern_bytes, 5, "SELECT 'abcdefgh' LIKE '%a%b%c%d%'"},
        {&StatementLimits::parameters, 2, "SELECT ?, ?, ?"},
    };
    for (const auto& row : table) {
        INFO(row.too_much);
        Connection plain = must(Connection::open_memory(usual));
        must(plain.execute(row.too_much));
        Profile strict = usual;
        strict.limits.*row.limit = row.most;
        // Some are smaller than what the library says to a connection itself.
        auto opened = Connection::open_memory(strict);
        if (!opened) continue;
        CHECK_FALSE(opened->execute(row.too_much));
    }
    Profile strict = usual;
    strict.limits.trigger_depth = 1;
    Connection nested = must(Connection::open_memory(strict));
    must(nested.execute("CREATE TABLE a(x); CREATE TABLE b(x);"
                        "CREATE TRIGGER ta AFTER INSERT ON a BEGIN INSERT INTO b VALUES(1); END;"
                        "CREATE TRIGGER tb AFTER INSERT ON b BEGIN SELECT 1; END"));
    CHECK_FALSE(nested.execute("INSERT INTO a VALUES(1)"));

    Profile negative;
    negative.limits.columns = -1;
    const auto refused = Connection::open_memory(negative);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::invalid_argument);
}

TEST_CASE("the schema may use innocuous functions only, unless it is trusted")
{
    TempDir dir;
    auto open = [&](bool trusted) {
        Profile profile;
        profile.trusted_schema = trusted;
        const bool there = std::filesystem::exists(dir.path() / "a.db");
        Connection connection = must(
            Connection::open(dir.path() / "a.db", there ? OpenMode::read_write : OpenMode::create, profile));
        REQUIRE(sqlite3_create_function(connection.native_handle(), "answer", 0, SQLITE_UTF8, nullptr,
                                        &answer, nullptr, nullptr) == SQLITE_OK);
        return connection;
    };
    Connection trusting = open(true);
    must(trusting.execute("CREATE VIEW v AS SELECT answer() AS a"));
    CHECK(must(trusting.query_integer("SELECT a FROM v")) == 42);
    Connection wary = open(false);
    CHECK(must(wary.query_integer("SELECT answer()")) == 42);
    auto refused = wary.query_integer("SELECT a FROM v");
    REQUIRE_FALSE(refused);
    CHECK_THAT(std::string(refused.error().message()), ContainsSubstring("unsafe use of answer()"));
}

TEST_CASE("foreign keys hold unless switched off")
{
    const char* schema = "CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(a REFERENCES a)";
    Connection strict = must(Connection::open_memory());
    must(strict.execute(schema));
    auto broken = strict.execute("INSERT INTO b VALUES (7)");
    REQUIRE_FALSE(broken);
    CHECK(broken.error().sqlite_code() == SQLITE_CONSTRAINT_FOREIGNKEY);
    Profile profile;
    profile.foreign_keys = false;
    Connection lax = must(Connection::open_memory(profile));
    must(lax.execute(schema));
    must(lax.execute("INSERT INTO b VALUES (7)"));
}

TEST_CASE("a maintenance connection can do what a tenant's cannot")
{
    TempDir dir;
    Connection connection =
        must(Connection::open(dir.path() / "a.db", OpenMode::create, Profile::maintenance()));
    must(connection.execute("CREATE TABLE t(a); VACUUM"));
    must(must(connection.prepare("PRAGMA user_version")).run());
}
