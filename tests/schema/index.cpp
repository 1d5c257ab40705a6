#include <tenantry/schema/index.hpp>

#include <string>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::ask;
using test::is_refused;
using test::sql_of;

namespace {

struct Event {
    Id<Event> id{};
    std::string kind{};
    std::int64_t at{};
};
struct S : Schema<Table<"event", Event, Index<"idx_event_at", Descending<&Event::at>>,
                        Index<"idx_event_kind", &Event::kind, Descending<&Event::at>, &Event::id>,
                        UniqueIndex<"event \"once\"", &Event::kind, &Event::at>>> {};

} // namespace

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
