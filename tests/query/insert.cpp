// INSERT: what is written, what is assigned, what comes back.
#include "query/database.hpp"

#include <tenantry/expr/id_uuid.hpp>

using namespace query_tests;

TEST_CASE("a row is inserted with all its columns")
{
    CHECK(text_of(insert(Setting{})) ==
          R"(INSERT INTO "config" ("key", "value", "updated_at") VALUES (?, ?, ?))");
    CHECK(text_of(insert_or_ignore(Tag{})) == R"(INSERT OR IGNORE INTO "tag" ("name", "job") VALUES (?, ?))");
    CHECK(text_of(insert_or_replace(Tag{})) ==
          R"(INSERT OR REPLACE INTO "tag" ("name", "job") VALUES (?, ?))");

    Database db;
    User user{
        .id = {}, .name = "ann", .active = false, .score = -0.5, .level = -128, .picture = {std::byte{0}}};
    user.id = db.run(insert(user));
    const User found = db.run(one(select<User>()));
    CHECK(found.id == user.id);
    CHECK(found.name == "ann");
    CHECK_FALSE(found.active);
    CHECK(found.score == -0.5);
    CHECK(found.level == -128);
    CHECK(found.picture == user.picture);
}

TEST_CASE("an unset id is assigned and comes back as the key; a row's own id stays")
{
    Database db;
    const Id<User> first_id = db.run(insert(User{}));
    const Id<User> second_id = db.run(insert(User{}));
    CHECK(first_id.value() == 1);
    CHECK(second_id.value() == 2);
    CHECK(first_id.incarnation() == here);

    User again = db.run(one(select<User>().where(col<&User::id> == key(second_id))));
    db.run(remove(again));
    db.run(insert(User{}));
    CHECK(db.fails(insert(again)) == errc::constraint);
    again.id = key<User>(77);
    CHECK(db.run(insert(again)).value() == 77);
}

TEST_CASE("columns that are left out take their defaults")
{
    Database db;
    const auto query =
        insert(Setting{.key = "a", .value = "b", .updated_at = {}}).defaults(col<&Setting::updated_at>);
    CHECK(text_of(query) == R"(INSERT INTO "config" ("key", "value") VALUES (?, ?))");
    const Timestamp before = now();
    db.run(query);
    const Setting found = db.run(one(select<Setting>()));
    CHECK(found.updated_at >= before);
    CHECK(found.updated_at <= now());

    // The plain form writes what the object holds.
    db.run(insert(Setting{.key = "c", .value = "d", .updated_at = {}}));
    CHECK(db.run(one(select(col<&Setting::updated_at>).where(col<&Setting::key> == "c"))) == Timestamp());
    CHECK(text_of(insert(Job{}).defaults(col<&Job::id>, col<&Job::note>).defaults(col<&Job::worker>)) ==
          R"(INSERT INTO "job" ("owner", "module", "status", "level", "cost", "created_at", "processed_at"))"
          R"( VALUES (?, ?, ?, ?, ?, ?, ?))");
}

TEST_CASE("an id that is left out is assigned even if the object has one")
{
    Database db;
    db.run(insert(User{}));
    const User found = db.run(one(select<User>()));
    CHECK(db.run(insert(found).defaults(col<&User::id>)).value() == 2);
}

TEST_CASE("a row that is there already is passed over, or replaced")
{
    Database db;
    User user;
    user.id = db.run(insert(user));
    user.name = "other";
    CHECK(db.run(insert_or_ignore(user)) == std::nullopt);
    CHECK(db.run(one(select(col<&User::name>))).empty());
    CHECK(db.run(insert_or_replace(user)) == user.id);
    CHECK(db.run(one(select(col<&User::name>))) == "other");
    const std::optional<Id<User>> second = db.run(insert_or_ignore(User{}));
    REQUIRE(second);
    CHECK(second->value() == 2);

    Setting setting{.key = "a", .value = "1", .updated_at = {}};
    CHECK(db.run(insert_or_ignore(setting)));
    CHECK_FALSE(db.run(insert_or_ignore(setting)));
}

TEST_CASE("ids in a row belong to the tenant it is written to")
{
    Filled db;
    Job stranger = job(5);
    stranger.owner = key<User>(1, here + 1);
    const Error error = db.fails(insert(stranger));
    CHECK(error == errc::wrong_tenant);
    CHECK_THAT(std::string(error.message()), ContainsSubstring("another tenant"));
    stranger.owner = db.ann;
    stranger.id = key<Job>(9, here + 1);
    CHECK(db.fails(insert(stranger)) == errc::wrong_tenant);
    CHECK(db.fails(upsert(stranger)) == errc::wrong_tenant);
    CHECK(db.integer("select count(*) from job") == 4);
}

TEST_CASE("a foreign key that points nowhere is refused by the database")
{
    Database db;
    Job orphan = job(1);
    orphan.owner = key<User>(1);
    CHECK(db.fails(insert(orphan)) == errc::constraint);
}

namespace {

struct Device {
    Id<Device, boost::uuids::uuid> id{};
    std::string name{};
};
struct Devices : Schema<Table<"device", Device>> {};

} // namespace

TEST_CASE("an id that the database cannot assign is made here")
{
    auto connection = test::must(sqlite::Connection::open_memory());
    connection.set_incarnation(here);
    for (const SchemaObject& object : schema_info<Devices>().objects)
        test::must(connection.execute(std::string(object.sql).c_str()));

    Device device{.id = {}, .name = "a"};
    device.id = test::must(execute<Devices>(connection, insert(device)));
    CHECK(device.id.has_value());
    CHECK_FALSE(device.id.value().is_nil());
    CHECK(device.id.incarnation() == here);
    const Device found = test::must(execute<Devices>(connection, one(select<Device>())));
    CHECK(found.id == device.id);
    const auto other = test::must(execute<Devices>(connection, insert(Device{})));
    CHECK(other != device.id);
    device.name = "b";
    CHECK(test::must(execute<Devices>(connection, upsert(device))) == device.id);
    CHECK(
        test::must(execute<Devices>(connection, select<Device>().where(col<&Device::name> == "b"))).size() ==
        1);
}
