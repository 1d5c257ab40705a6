#include <tenantry/schema/index.hpp>

#include <string>

#include <tenantry/expr/expr.hpp>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::ask;
using test::is_refused;
using test::sql_of;

namespace index_tests {

struct Event {
    Id<Event> id{};
    std::string kind{};
    std::int64_t at{};
};
struct S : Schema<Table<"event", Event, Index<"idx_event_at", Descending<&Event::at>>,
                        Index<"idx_event_kind", &Event::kind, Descending<&Event::at>, &Event::id>,
                        UniqueIndex<"event \"once\"", &Event::kind, &Event::at>>> {};

inline constexpr auto is_login = col<&Event::kind> == "login" && col<&Event::at> > 0;
inline constexpr auto age = col<&Event::at> + 1;
inline constexpr auto tagged = concat("#", col<&Event::kind>);

struct Fancy
    : Schema<Table<
          "event", Event, Index<"logins", &Event::at, Where<is_login>>,
          Index<"aged", Expr<age>, Descending<Expr<tagged>>, Where<is_login>>,
          Index<"folded", Collated<&Event::kind, "nocase">, Descending<Collated<Expr<tagged>, "rtrim">>>,
          UniqueIndex<"one_login", &Event::kind, Where<is_login>>>> {};

} // namespace index_tests

using namespace index_tests;

TEST_CASE("an index is an object beside its table")
{
    CHECK(sql_of<S>("idx_event_at") == R"(CREATE INDEX "idx_event_at" ON "event" ("at" DESC))");
    CHECK(sql_of<S>("idx_event_kind") ==
          R"(CREATE INDEX "idx_event_kind" ON "event" ("kind", "at" DESC, "id"))");
    CHECK(sql_of<S>("event \"once\"") == R"(CREATE UNIQUE INDEX "event ""once""" ON "event" ("kind", "at"))");
    for (const SchemaObject& object : schema_info<S>().objects.subspan(1)) {
        CHECK(object.type == "index");
        CHECK(object.table == "event");
    }
}

TEST_CASE("SQLite uses and enforces it")
{
    auto db = test::create<S>();
    CHECK_FALSE(is_refused(db, "INSERT INTO event (kind, at) VALUES ('a', 1), ('a', 2)"));
    CHECK(is_refused(db, "INSERT INTO event (kind, at) VALUES ('a', 2)"));
    auto plan = test::must(db.prepare("EXPLAIN QUERY PLAN SELECT id FROM event ORDER BY at DESC"));
    REQUIRE(test::must(plan.step()));
    CHECK_THAT(std::string(plan.text(3)), ContainsSubstring("idx_event_at"));
}

TEST_CASE("an index may be partial, on expressions, and collated")
{
    CHECK(sql_of<Fancy>("logins") ==
          R"(CREATE INDEX "logins" ON "event" ("at") WHERE "kind" = 'login' AND "at" > 0)");
    CHECK(
        sql_of<Fancy>("aged") ==
        R"(CREATE INDEX "aged" ON "event" ("at" + 1, '#' || "kind" DESC) WHERE "kind" = 'login' AND "at" > 0)");
    CHECK(
        sql_of<Fancy>("folded") ==
        R"(CREATE INDEX "folded" ON "event" ("kind" COLLATE "nocase", ('#' || "kind") COLLATE "rtrim" DESC))");
    auto db = test::create<Fancy>();
    CHECK_FALSE(
        is_refused(db, "INSERT INTO event (kind, at) VALUES ('login', 1), ('login', 0), ('a', 1), ('a', 1)"));
    CHECK(is_refused(db, "INSERT INTO event (kind, at) VALUES ('login', 2)"));
    const auto plan = [&](const std::string& sql) {
        auto statement = test::must(db.prepare("EXPLAIN QUERY PLAN " + sql));
        REQUIRE(test::must(statement.step()));
        return std::string(statement.text(3));
    };
    CHECK_THAT(plan("SELECT id FROM event INDEXED BY aged WHERE kind = 'login' AND at > 0 AND at + 1 = 3"),
               ContainsSubstring("aged"));
    CHECK_THAT(plan("SELECT id FROM event WHERE kind = 'A' COLLATE nocase"), ContainsSubstring("folded"));
}

TEST_CASE("only an index of all rows by their own collations makes a key")
{
    using Event = table_of<Fancy, index_tests::Event>;
    STATIC_REQUIRE_FALSE(is_unique_key<Event>(std::array<std::size_t, 1>{1}));
    STATIC_REQUIRE(is_unique_key<table_of<S, index_tests::Event>>(std::array<std::size_t, 2>{1, 2}));
}
