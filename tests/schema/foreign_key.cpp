#include <tenantry/schema/foreign_key.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include <tenantry/schema/deferred.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/on_delete.hpp>
#include <tenantry/schema/on_update.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/unique.hpp>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::ask;
using test::is_refused;
using test::must;
using test::sql_of;

namespace {

struct Line {
    std::string name{};
    std::int64_t number{};
    std::string code{};
    std::int64_t zone{};
};
struct Stop {
    Id<Stop> id{};
    std::string line{};
    std::int64_t number{};
    std::optional<std::string> code{};
    std::optional<Id<Stop>> next{};
    std::optional<Id<Stop>> opposite{};
    std::int64_t zone{};
};
struct S
    : Schema<Table<"line", Line, PrimaryKey<&Line::name, &Line::number>, Unique<&Line::code>,
                   UniqueIndex<"one_zone", &Line::zone>>,
             Table<"stop", Stop,
                   ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>,
                              WhenChanged<Action::cascade>, WhenRemoved<Action::cascade>>,
                   ForeignKey<Columns<&Stop::code>, References<&Line::code>, InitiallyDeferred,
                              WhenRemoved<Action::set_null>>,
                   ForeignKey<Columns<&Stop::zone>, References<&Line::zone>>, Deferred<&Stop::next>,
                   OnUpdate<&Stop::next, Action::cascade>, OnDelete<&Stop::next, Action::set_null>,
                   OnUpdate<&Stop::opposite, Action::restrict>>> {};

} // namespace

TEST_CASE("a foreign key says what it refers to and what happens")
{
    CHECK(sql_of<S>("stop") == R"(CREATE TABLE "stop" (
    "id" INTEGER PRIMARY KEY,
    "line" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "code" TEXT,
    "next" INTEGER REFERENCES "stop" ("id") ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    "opposite" INTEGER REFERENCES "stop" ("id") ON UPDATE RESTRICT,
    "zone" INTEGER NOT NULL,
    FOREIGN KEY ("line", "number") REFERENCES "line" ("name", "number") ON UPDATE CASCADE ON DELETE CASCADE,
    FOREIGN KEY ("code") REFERENCES "line" ("code") ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY ("zone") REFERENCES "line" ("zone")
) STRICT)");
}

TEST_CASE("SQLite keeps foreign keys of several columns")
{
    auto db = test::create<S>();
    must(db.execute("INSERT INTO line VALUES ('u', 1, 'u1', 7), ('u', 2, 'u2', 8)"));
    CHECK(is_refused(db, "INSERT INTO stop (line, number, zone) VALUES ('u', 3, 7)"));
    CHECK(is_refused(db, "INSERT INTO stop (line, number, zone) VALUES ('u', 1, 9)"));
    must(db.execute("INSERT INTO stop (id, line, number, code, zone) VALUES (1, 'u', 1, 'u2', 7)"));
    must(db.execute("UPDATE line SET number = 5 WHERE number = 1"));
    CHECK(ask(db, "SELECT number FROM stop") == "5");

    // Deferred ones may dangle until the end.
    must(db.execute(
        "BEGIN; INSERT INTO stop (id, line, number, next, code, zone) VALUES (2, 'u', 5, 3, 'later', 7)"));
    CHECK(is_refused(db, "COMMIT"));
    must(db.execute("INSERT INTO stop (id, line, number, zone) VALUES (3, 'u', 5, 7)"));
    CHECK(is_refused(db, "COMMIT"));
    must(db.execute("UPDATE line SET code = 'later' WHERE number = 5; COMMIT"));

    must(db.execute("UPDATE stop SET id = 30 WHERE id = 3"));
    CHECK(ask(db, "SELECT next FROM stop WHERE id = 2") == "30");
    must(db.execute("DELETE FROM line WHERE number = 2"));
    CHECK(ask(db, "SELECT code IS NULL FROM stop WHERE id = 1") == "1");
    must(db.execute("UPDATE stop SET opposite = 30 WHERE id = 1"));
    CHECK(is_refused(db, "UPDATE stop SET id = 31 WHERE id = 30"));
}
