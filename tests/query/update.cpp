// UPDATE: of chosen rows, and of one row by its key.
#include "query/database.hpp"

#include <limits>

using namespace query_tests;

TEST_CASE("chosen rows are changed, and counted")
{
    Filled db;
    const auto query = update<Job>()
                           .set(col<&Job::status> = JobStatus::running, col<&Job::note> = "taken")
                           .where(col<&Job::module> == "mail");
    CHECK(text_of(query) == R"(UPDATE "job" SET "status" = ?, "note" = ? WHERE "module" = ?)");
    CHECK(db.run(query) == 2);
    CHECK(db.costs(col<&Job::status> == JobStatus::running && col<&Job::note> == "taken") == 12);
    CHECK(db.run(own(query)) == 2);
    CHECK(db.run(update<Job>().set(col<&Job::cost> = 0).where(col<&Job::cost> == 9)) == 0);
    CHECK(text_of(update<Job>().set(col<&Job::cost> = 0).all_rows()) == R"(UPDATE "job" SET "cost" = ?)");
    CHECK(text_of(update<Job>().where(col<&Job::cost> == 1).set(col<&Job::cost> = 0)) ==
          R"(UPDATE "job" SET "cost" = ? WHERE "cost" = ?)");
}

TEST_CASE("columns are set to what they can hold")
{
    Filled db;
    const std::string named = "named";
    const std::optional<std::string> maybe = "maybe";
    const auto set = [&](const auto& assignment) {
        CHECK(db.run(update<Job>().set(assignment).where(col<&Job::cost> == 1)) == 1);
        return db.run(one(select<Job>().where(col<&Job::cost> == 1)));
    };
    CHECK(set(col<&Job::module> = "literal").module == "literal");
    CHECK(set(col<&Job::module> = named).module == named);
    CHECK(set(col<&Job::module> = std::string("temporary")).module == "temporary");
    CHECK(set(col<&Job::note> = maybe).note == maybe);
    CHECK(set(col<&Job::note> = named).note == named);
    CHECK(set(col<&Job::note> = std::nullopt).note == std::nullopt);
    CHECK(set(col<&Job::note> = std::optional<std::string>("x")).note == "x");
    CHECK(set(col<&Job::note> = std::optional<std::string>()).note == std::nullopt);
    CHECK(set(col<&Job::owner> = key(db.bob)).owner == db.bob);
    CHECK(set(col<&Job::worker> = key(db.ann)).worker == db.ann);
    CHECK(set(col<&Job::worker> = std::optional(key(db.bob))).worker == db.bob);
    CHECK(set(col<&Job::worker> = std::optional<Key<User, ScopeA>>()).worker == std::nullopt);
    CHECK(set(col<&Job::worker> = col<&Job::owner>).worker == db.bob);
    CHECK(set(col<&Job::level> = Level::middle).level == Level::middle);
    CHECK(set(col<&Job::created_at> = std::chrono::sys_seconds(std::chrono::seconds(9))).created_at ==
          std::chrono::sys_seconds(std::chrono::seconds(9)));
    CHECK(set(col<&Job::processed_at> = Timestamp()).processed_at == Timestamp());
    CHECK(set(col<&Job::module> = concat(col<&Job::module>, "!")).module == "temporary!");
}

TEST_CASE("a column can be computed from what it was")
{
    Filled db;
    const auto query = update<Job>().set(col<&Job::cost> = col<&Job::cost> + 10).where(col<&Job::cost> > 2);
    CHECK(text_of(query) == R"(UPDATE "job" SET "cost" = "cost" + ? WHERE "cost" > ?)");
    CHECK(db.run(query) == 2);
    CHECK(db.integer("select sum(cost) from job") == 30);
}

TEST_CASE("a number that its column could not give back is not stored")
{
    Filled db;
    const auto set = [&](const auto& value) {
        return update<User>().set(col<&User::level> = value).all_rows();
    };
    CHECK(db.run(set(127)) == 2);
    const Error error = db.fails(set(128));
    CHECK(error == errc::invalid_argument);
    CHECK_THAT(std::string(error.message()), ContainsSubstring("'level'"));
    CHECK(db.fails(set(std::uint64_t{1} << 63)) == errc::invalid_argument);
    CHECK(db.integer("select sum(level) from user") == 254);
    const auto cost =
        update<Job>().set(col<&Job::cost> = std::numeric_limits<std::uint64_t>::max()).all_rows();
    CHECK(db.fails(cost) == errc::invalid_argument);
}

TEST_CASE("what a constraint forbids is not stored")
{
    Filled db;
    CHECK(db.fails(update<Job>().set(col<&Job::owner> = key<User>(99)).all_rows()) == errc::constraint);
    CHECK(db.fails(update<Job>().set(col<&Job::owner> = key<User>(1, here + 1)).all_rows()) ==
          errc::wrong_tenant);
}

TEST_CASE("a row is written back by its key")
{
    CHECK(text_of(update(Setting{})) ==
          R"(UPDATE "config" SET "value" = ?, "updated_at" = ? WHERE "key" = ?)");
    Filled db;
    Job found = db.run(one(select<Job>().where(col<&Job::cost> == 2)));
    found.cost = 20;
    found.note.reset();
    found.status = JobStatus::failed;
    CHECK(db.run(update(found)) == 1);
    const Job again = db.run(one(select<Job>().where(col<&Job::id> == key(found.id))));
    CHECK(again.cost == 20);
    CHECK_FALSE(again.note);
    CHECK(again.status == JobStatus::failed);
    CHECK(db.costs(col<&Job::cost> < 10) == 134);

    db.run(insert(Setting{.key = "a", .value = "1", .updated_at = {}}));
    CHECK(db.run(update(Setting{.key = "a", .value = "2", .updated_at = {}})) == 1);
    CHECK(db.run(update(Setting{.key = "b", .value = "2", .updated_at = {}})) == 0);
    CHECK(db.run(one(select(col<&Setting::value>))) == "2");
}

TEST_CASE("a row that was never stored cannot be written back")
{
    Filled db;
    const Error error = db.fails(update(job(1)));
    CHECK(error == errc::invalid_argument);
    CHECK_THAT(std::string(error.message()), ContainsSubstring("'job'"));
    Job stranger = job(1);
    stranger.owner = db.ann;
    stranger.id = key<Job>(1, here + 1);
    CHECK(db.fails(update(stranger)) == errc::wrong_tenant);
}
