#include <tenantry/query/trigger.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include <tenantry/expr/expr.hpp>
#include <tenantry/query/insert.hpp>
#include <tenantry/query/remove.hpp>
#include <tenantry/query/select.hpp>
#include <tenantry/query/update.hpp>
#include <tenantry/schema/column_name.hpp>
#include <tenantry/schema/primary_key.hpp>

#include "query/declared.hpp"

namespace trigger_tests {

using namespace tenantry;

enum class Status { pending, done };

struct Job {
    Id<Job> id{};
    std::string module{};
    Status status{};
    std::int64_t cost{};
};
struct Total {
    std::string module{};
    std::int64_t cost{};
    std::int64_t changes{};
};
struct Note {
    Id<Note> id{};
    Id<Job> job{};
    std::string text{};
};

inline constexpr auto add = update<Total>()
                                .set(col<&Total::cost> = col<&Total::cost> + new_<&Job::cost>,
                                     col<&Total::changes> = col<&Total::changes> + 1)
                                .where(col<&Total::module> == new_<&Job::module>);
inline constexpr auto take = update<Total>()
                                 .set(col<&Total::cost> = col<&Total::cost> - old_<&Job::cost>)
                                 .where(col<&Total::module> == old_<&Job::module>);
inline constexpr auto forget =
    remove<Note>().where(col<&Note::job> == old_<&Job::id> && col<&Note::text> != "keep");
inline constexpr auto is_done = old_<&Job::status> == Status::pending && new_<&Job::status> == Status::done;
inline constexpr auto is_free = new_<&Job::cost> == 0;

inline constexpr auto tell = insert<Note>().set(col<&Note::job> = new_<&Job::id>,
                                                col<&Note::text> = concat(new_<&Job::module>, " added"));
// An id that the database works out would be given back; here nobody takes it.
inline constexpr auto again = insert<Note>().set(
    col<&Note::id> = old_<&Note::id>, col<&Note::job> = old_<&Note::job>, col<&Note::text> = "removed");
inline constexpr auto count_it =
    insert<Total>()
        .set(col<&Total::module> = new_<&Job::module>, col<&Total::cost> = 0, col<&Total::changes> = 0)
        .on_conflict(col<&Total::module>)
        .do_nothing();

struct Telling
    : Schema<Table<"queue", Job>, Table<"note", Note>, Table<"total", Total, PrimaryKey<&Total::module>>,
             Trigger<"tell", AfterInsert<Job>, Do<tell, count_it>>,
             Trigger<"again", AfterRemove<Note>, Do<again>>> {};

struct Slot : Schema<Trigger<"job_added", AfterInsert<Job>, Do<add>>,
                     Table<"queue", Job, ColumnName<&Job::cost, "price">>,
                     Table<"total", Total, PrimaryKey<&Total::module>>, Table<"note", Note>,
                     Trigger<"job_moved", AfterUpdate<Job, &Job::cost, &Job::module>, Do<take, add>>,
                     Trigger<"job_removed", BeforeRemove<Job>, Do<forget>, Do<take>>,
                     Trigger<"job_done", BeforeUpdate<Job>, When<is_done>, Refuse<"it isn't done yet">>,
                     Trigger<"job_free", BeforeInsert<Job>, When<is_free>,
                             DoSql<"DELETE FROM note WHERE job = NEW.id; SELECT 1;">>> {};

struct Untouched : Schema<Table<"queue", Job>, Table<"note", Note>> {};
template <FixedString Text>
struct RollsBack
    : Schema<Table<"queue", Job>, Table<"note", Note>, Trigger<"raises", AfterInsert<Job>, DoSql<Text>>> {};

} // namespace trigger_tests

using namespace trigger_tests;
using declared_tests::Made;
using declared_tests::sql_of;

TEST_CASE("a trigger is its event, its condition and its statements")
{
    CHECK(sql_of<Slot>("job_added") == R"(CREATE TRIGGER "job_added" AFTER INSERT ON "queue" BEGIN
    UPDATE "total" SET "cost" = "cost" + new."price", "changes" = "changes" + 1 WHERE "module" = new."module";
END)");
    CHECK(sql_of<Slot>("job_moved") ==
          R"(CREATE TRIGGER "job_moved" AFTER UPDATE OF "price", "module" ON "queue" BEGIN
    UPDATE "total" SET "cost" = "cost" - old."price" WHERE "module" = old."module";
    UPDATE "total" SET "cost" = "cost" + new."price", "changes" = "changes" + 1 WHERE "module" = new."module";
END)");
    CHECK(sql_of<Slot>("job_removed") == R"(CREATE TRIGGER "job_removed" BEFORE DELETE ON "queue" BEGIN
    DELETE FROM "note" WHERE "job" = old."id" AND "text" <> 'keep';
    UPDATE "total" SET "cost" = "cost" - old."price" WHERE "module" = old."module";
END)");
    CHECK(
        sql_of<Slot>("job_done") ==
        R"(CREATE TRIGGER "job_done" BEFORE UPDATE ON "queue" WHEN old."status" = 'pending' AND new."status" = 'done' BEGIN
    SELECT RAISE(ABORT, 'it isn''t done yet');
END)");
    CHECK(sql_of<Slot>("job_free") ==
          R"(CREATE TRIGGER "job_free" BEFORE INSERT ON "queue" WHEN new."price" = 0 BEGIN
    DELETE FROM note WHERE job = NEW.id; SELECT 1;
END)");
    CHECK(schema_info<Slot>().objects.back().table == "queue");
    CHECK(schema_info<Slot>().objects[0].type == "table"); // triggers come behind what they are on
}

TEST_CASE("a schema with triggers says what they do to statements that fail")
{
    constexpr auto& written = schema_info<Slot>();
    CHECK((written.failures_leave_part && !written.triggers_roll_back));
    constexpr auto& by_words = schema_info<RollsBack<"SELECT raise(Rollback, 'no') WHERE NEW.cost < 0;">>();
    CHECK((by_words.failures_leave_part && by_words.triggers_roll_back));
    constexpr auto& by_conflict = schema_info<RollsBack<"INSERT OR ROLLBACK INTO note VALUES (1, 1, '');">>();
    CHECK((by_conflict.failures_leave_part && by_conflict.triggers_roll_back));
    constexpr auto& aborts =
        schema_info<RollsBack<"SELECT RAISE(ABORT, 'rolled back') WHERE NEW.cost < 0;">>();
    CHECK((aborts.failures_leave_part && !aborts.triggers_roll_back));
    constexpr auto& without = schema_info<Untouched>();
    CHECK((!without.failures_leave_part && !without.triggers_roll_back));
}

TEST_CASE("SQLite runs it")
{
    Made<Slot> db;
    const auto cost = [&] { return db.run(select(col<&Total::cost>)).at(0); };
    db.sql("INSERT INTO total VALUES ('mail', 0, 0); INSERT INTO queue VALUES (1, 'mail', 'pending', 7)");
    CHECK(cost() == 7);
    db.sql("UPDATE queue SET price = 9");
    CHECK(cost() == 9);
    CHECK(db.run(select(col<&Total::changes>)).at(0) == 2);
    const Error refused = db.fails("UPDATE queue SET status = 'done'");
    CHECK(refused == errc::constraint);
    CHECK_THAT(std::string(refused.message()), ContainsSubstring("it isn't done yet"));
    db.sql("INSERT INTO note VALUES (2, 1, 'go'); DELETE FROM queue");
    CHECK(cost() == 0);
    CHECK(db.run(select(count()).from(table<Note>)).at(0) == 0);
}

TEST_CASE("a trigger inserts")
{
    CHECK(sql_of<Telling>("tell") == R"(CREATE TRIGGER "tell" AFTER INSERT ON "queue" BEGIN
    INSERT INTO "note" ("job", "text") VALUES (new."id", new."module" || ' added');
    INSERT INTO "total" ("module", "cost", "changes") VALUES (new."module", 0, 0) ON CONFLICT ("module") DO NOTHING;
END)");
    CHECK_THAT(sql_of<Telling>("again"), ContainsSubstring(R"(VALUES (old."id", old."job", 'removed');)"));
    Made<Telling> db;
    db.sql("INSERT INTO queue VALUES (1, 'mail', 'pending', 7), (2, 'mail', 'pending', 7);"
           "DELETE FROM note WHERE id = 2");
    const auto notes = db.run(select<Note>().order_by(col<&Note::id>));
    REQUIRE(notes.size() == 2);
    CHECK(notes[0].text == "mail added");
    CHECK(notes[1].text == "removed");
    CHECK(db.run(select(count()).from(table<Total>)).at(0) == 1);
}
