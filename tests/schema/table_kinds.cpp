// AUTOINCREMENT, WITHOUT ROWID and tables that are not STRICT.
#include <tenantry/schema/autoincrement.hpp>
#include <tenantry/schema/not_strict.hpp>
#include <tenantry/schema/without_rowid.hpp>

#include <cstdint>
#include <string>

#include <tenantry/expr/id_uuid.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::ask;
using test::must;
using test::sql_of;

namespace {

struct Ticket {
    Id<Ticket> id{};
    std::string text{};
};
struct Word {
    std::string language{};
    std::string word{};
    std::int64_t count{};
};
struct Session {
    Id<Session, boost::uuids::uuid> id{};
    std::string user{};
};
struct S : Schema<Table<"ticket", Ticket, Default<&Ticket::text, "?">, Autoincrement>,
                  Table<"word", Word, WithoutRowid, PrimaryKey<&Word::language, &Word::word>>,
                  Table<"session", Session, WithoutRowid, NotStrict>> {};

struct Loose : Schema<NotStrict, Table<"ticket", Ticket, Autoincrement, PrimaryKey<&Ticket::id>>,
                      Table<"word", Word, WithoutRowid, PrimaryKey<&Word::word>>> {};

} // namespace

TEST_CASE("a table is what it was declared to be")
{
    CHECK(sql_of<S>("ticket") == R"(CREATE TABLE "ticket" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "text" TEXT NOT NULL DEFAULT '?'
) STRICT)");
    CHECK(sql_of<S>("word") == R"(CREATE TABLE "word" (
    "language" TEXT NOT NULL,
    "word" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    PRIMARY KEY ("language", "word")
) STRICT, WITHOUT ROWID)");
    CHECK(sql_of<S>("session") == R"(CREATE TABLE "session" (
    "id" BLOB NOT NULL PRIMARY KEY CHECK (length("id") = 16),
    "user" TEXT NOT NULL
) WITHOUT ROWID)");
    CHECK(sql_of<Loose>("ticket") == R"(CREATE TABLE "ticket" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "text" TEXT NOT NULL
))");
    CHECK(sql_of<Loose>("word") == R"(CREATE TABLE "word" (
    "language" TEXT NOT NULL,
    "word" TEXT NOT NULL PRIMARY KEY,
    "count" INTEGER NOT NULL
) WITHOUT ROWID)");
}

TEST_CASE("SQLite gives an id only once")
{
    auto db = test::create<S>();
    must(db.execute(
        "INSERT INTO ticket DEFAULT VALUES; INSERT INTO ticket DEFAULT VALUES; DELETE FROM ticket WHERE id = 2;"
        "INSERT INTO ticket DEFAULT VALUES"));
    CHECK(ask(db, "SELECT group_concat(id) FROM ticket") == "1,3");
}

TEST_CASE("SQLite keeps storages where tables are strict")
{
    auto strict = test::create<S>();
    auto loose = test::create<Loose>();
    const char* const insert = "INSERT INTO word VALUES ('en', 'one', 'many')";
    CHECK_FALSE(strict.execute(insert));
    CHECK(loose.execute(insert));
    CHECK_FALSE(strict.execute("SELECT rowid FROM word"));
    const sqlite::Privileged gate(strict);
    CHECK(ask(strict, "SELECT group_concat(name || strict || wr, ' ') FROM (SELECT * FROM pragma_table_list"
                      " WHERE name NOT LIKE 'sqlite%' ORDER BY name)") == "session01 ticket10 word11");
    const sqlite::Privileged other_gate(loose);
    CHECK(ask(loose, "SELECT count(*) FROM pragma_table_list WHERE strict AND name NOT LIKE 'sqlite%'") ==
          "0");
}
