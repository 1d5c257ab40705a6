// upsert: inserted, or everything but the key changed.
#include "query/database.hpp"

using namespace query_tests;

TEST_CASE("an upsert changes all that is not in the key")
{
    CHECK(
        text_of(upsert(Setting{})) ==
        R"(INSERT INTO "config" ("key", "value", "updated_at") VALUES (?, ?, ?) ON CONFLICT ("key") DO UPDATE)"
        R"( SET "value" = excluded."value", "updated_at" = excluded."updated_at")");
    CHECK(text_of(upsert(Tag{})) ==
          R"(INSERT INTO "tag" ("name", "job") VALUES (?, ?) ON CONFLICT ("name", "job") DO NOTHING)");
}

TEST_CASE("an upsert inserts what is not there and changes what is")
{
    Database db;
    db.run(upsert(Setting{.key = "a", .value = "1", .updated_at = {}}));
    db.run(upsert(Setting{.key = "b", .value = "2", .updated_at = {}}));
    db.run(upsert(Setting{.key = "a", .value = "3", .updated_at = Timestamp(std::chrono::milliseconds(5))}));
    const auto found = db.run(select<Setting>().order_by(col<&Setting::key>));
    REQUIRE(found.size() == 2);
    CHECK(found[0].value == "3");
    CHECK(found[0].updated_at == Timestamp(std::chrono::milliseconds(5)));
    CHECK(found[1].value == "2");
}

TEST_CASE("a column left to its default is set to it in a row that is there already, too")
{
    Database db;
    db.run(upsert(Setting{.key = "a", .value = "1", .updated_at = {}}));
    const Timestamp before = now();
    db.run(upsert(Setting{.key = "a", .value = "2", .updated_at = {}}).defaults(col<&Setting::updated_at>));
    const Setting found = db.run(one(select<Setting>()));
    CHECK(found.value == "2");
    CHECK(found.updated_at >= before);
}

TEST_CASE("an upsert gives the key of the row, inserted or changed")
{
    Database db;
    User user{};
    user.id = db.run(upsert(user));
    CHECK(user.id.value() == 1);
    db.run(insert(User{}));
    user.name = "ann";
    CHECK(db.run(upsert(user)) == user.id);
    CHECK(db.run(one(select(col<&User::name>).where(col<&User::id> == key(user.id)))) == "ann");
    CHECK(db.integer("select count(*) from user") == 2);
}

TEST_CASE("an upsert of a row that is all key does nothing twice")
{
    Filled db;
    Tag tag{.name = "red", .job = key<Job>(1)};
    db.run(upsert(tag));
    db.run(upsert(tag));
    CHECK(db.integer("select count(*) from tag") == 1);
}
