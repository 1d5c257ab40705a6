// UPDATE ... FROM: rows that are changed by what other tables say.
#include "query/database.hpp"
#include "query/declared.hpp"

using namespace query_tests;

namespace {

struct Load {
    std::string module{};
    std::int64_t jobs{};
};

const auto load =
    select(col<&Job::module>, count().as("jobs"_n)).group_by(col<&Job::module>).into(table<Load>);

struct Sale {
    Id<Sale> id{};
    std::string module{};
    std::int64_t cost{};
};
struct Total {
    std::string module{};
    std::int64_t cost{};
};
struct Sum {
    std::string module{};
    std::int64_t cost{};
};
inline constexpr auto sums = select(col<&Sale::module>, coalesce(sum(col<&Sale::cost>), 0).as("cost"_n))
                                 .group_by(col<&Sale::module>)
                                 .into(table<Sum>);
inline constexpr auto add_up =
    update<Total>()
        .from(subquery<"sums">(sums))
        .set(col<&Total::cost> = col<&Sum::cost>)
        .where(col<&Total::module> == col<&Sum::module> && col<&Total::module> == new_<&Sale::module>);
struct Shop : Schema<Table<"sale", Sale>, Table<"total", Total, PrimaryKey<&Total::module>>,
                     Trigger<"add_up", AfterInsert<Sale>, Do<add_up>>> {};

} // namespace

TEST_CASE("a trigger changes rows by what a query says of them")
{
    declared_tests::Made<Shop> db;
    db.run(insert(std::vector<Total>{{.module = "a", .cost = 0}, {.module = "b", .cost = 0}}));
    db.run(insert(std::vector<Sale>{{.id = {}, .module = "a", .cost = 3},
                                    {.id = {}, .module = "c", .cost = 9},
                                    {.id = {}, .module = "a", .cost = 4}}));
    CHECK(db.run(select(col<&Total::cost>).order_by(col<&Total::module>)) == std::vector<std::int64_t>{7, 0});
}

TEST_CASE("rows are changed by what another table says of them")
{
    Filled db;
    const auto query = update<Job>()
                           .from(table<User>)
                           .set(col<&Job::note> = col<&User::name>, col<&Job::cost> = col<&Job::cost> + 10)
                           .where(col<&Job::owner> == col<&User::id> && col<&User::name> == "ann");
    CHECK(text_of(query) ==
          R"(UPDATE "job" SET "note" = "user"."name", "cost" = "job"."cost" + ? FROM "user")"
          R"( WHERE "job"."owner" = "user"."id" AND "user"."name" = ?)");
    const std::int64_t anns = db.integer("select count(*) from job where owner = 1");
    REQUIRE(anns > 0);
    CHECK(db.run(query) == anns);
    CHECK(db.integer("select count(*) from job where note = 'ann' and cost > 10 and owner = 1") == anns);
    CHECK(db.integer("select count(*) from job where cost > 10") == anns);
    CHECK(db.run(own(query)) == anns);
}

TEST_CASE("clauses of such an update may be said in any order, and its parameters follow")
{
    Filled db;
    const auto query = update<Job>()
                           .where(col<&Job::owner> == col<&User::id> && col<&Job::cost> == 2)
                           .set(col<&Job::note> = concat(col<&User::name>, "!"))
                           .from(table<User>)
                           .returning(col<&Job::cost>, col<&Job::note>);
    CHECK(text_of(query).ends_with(R"( RETURNING "job"."cost", "job"."note")"));
    const auto rows = db.run(query);
    REQUIRE(rows.size() == 1);
    CHECK(std::get<0>(rows[0]) == 2);
    CHECK(std::get<1>(rows[0])->ends_with("!"));
    const auto whole = db.run(update<Job>()
                                  .from(table<User>)
                                  .set(col<&Job::note> = std::nullopt)
                                  .where(col<&Job::owner> == col<&User::id> && col<&Job::cost> == 2)
                                  .returning());
    REQUIRE(whole.size() == 1);
    CHECK(whole[0].cost == 2);
    CHECK_FALSE(whole[0].note);
}

TEST_CASE("other tables are joined to the one that the update reads")
{
    Filled db;
    const auto job_of = db.run(select(col<&Job::id>).where(col<&Job::cost> == 3)).front();
    db.run(insert(Tag{.name = "red", .job = job_of}));
    const auto by_key = update<User>()
                            .from(table<Tag>)
                            .join(table<Job>)
                            .set(col<&User::name> = col<&Tag::name>, col<&User::level> = 5)
                            .where(col<&Job::owner> == col<&User::id>);
    CHECK(text_of(by_key) == R"(UPDATE "user" SET "name" = "tag"."name", "level" = ? FROM "tag" JOIN "job")"
                             R"( ON "tag"."job" = "job"."id" WHERE "job"."owner" = "user"."id")");
    CHECK(db.run(by_key) == 1);
    CHECK(db.integer("select count(*) from user where name = 'red' and level = 5 and "
                     "id = (select owner from job where cost = 3)") == 1);

    const auto by_condition = update<User>()
                                  .set(col<&User::level> = 7)
                                  .from(table<Tag>)
                                  .join(table<Job>, col<&Tag::job> == col<&Job::id> && col<&Job::cost> == 4)
                                  .where(col<&Job::owner> == col<&User::id>);
    CHECK(db.run(by_condition) == 0);
    const auto crossed = update<User>()
                             .set(col<&User::level> = 7)
                             .from(table<Tag>)
                             .cross_join(table<Job>)
                             .where(col<&Job::owner> == col<&User::id> && col<&Job::id> == col<&Tag::job>);
    CHECK(db.run(crossed) == 1);
}

TEST_CASE("what a left join may not find is NULL where there is room for it")
{
    Filled db;
    const auto query = update<User>()
                           .set(col<&User::score> = 1.5, col<&User::name> = coalesce(col<&Tag::name>, "none"))
                           .from(table<Job>)
                           .left_join(table<Tag>, col<&Tag::job> == col<&Job::id>)
                           .where(col<&Job::owner> == col<&User::id>);
    CHECK(db.run(query) > 0);
    CHECK(db.integer("select count(*) from user where name = 'none'") > 0);
}

TEST_CASE("a table is read beside itself under another name")
{
    Filled db;
    constexpr auto other = alias<"other">;
    const auto query = update<Job>()
                           .from(table<Alias<"other", Job>>)
                           .set(col<&Job::cost> = other[col<&Job::cost>] * 100)
                           .where(other[col<&Job::cost>] == col<&Job::cost> + 1 && col<&Job::cost> < 3);
    CHECK(text_of(query) == R"(UPDATE "job" SET "cost" = "other"."cost" * ? FROM "job" AS "other")"
                            R"( WHERE "other"."cost" = "job"."cost" + ? AND "job"."cost" < ?)");
    CHECK(db.run(query) == 2);
    CHECK(db.integer("select sum(cost) from job") == 200 + 300 + 3 + 4);
}

TEST_CASE("a query is read beside the table that is changed")
{
    Filled db;
    const auto query = update<Job>()
                           .from(subquery<"t">(load))
                           .set(col<&Job::cost> = col<&Load::jobs>)
                           .where(col<&Job::module> == col<&Load::module> && col<&Job::module> == "disk");
    CHECK(db.run(query) == 2);
    CHECK(db.integer("select sum(cost) from job where module = 'disk'") == 4);
    const auto filtered = update<Job>()
                              .from(subquery<"t">(load))
                              .set(col<&Job::cost> = 50)
                              .where(when(true, col<&Load::jobs> > 1) && when(false, col<&Job::cost> == 77) &&
                                     col<&Job::module> == col<&Load::module>);
    CHECK(db.run(filtered) == 4);
}

TEST_CASE("an assignment of what another table says may be left out")
{
    Filled db;
    const auto query = [](bool wanted) {
        return update<Job>()
            .from(table<User>)
            .set(when(wanted, col<&Job::note> = col<&User::name>))
            .where(col<&Job::owner> == col<&User::id>);
    };
    CHECK(db.run(query(false)) == 4); // each keeps its note
    CHECK(db.integer("select count(*) from job where note is null") == 3);
    CHECK(db.run(query(true)) == 4);
    CHECK(db.integer("select count(*) from job where note in ('ann', 'bob')") == 4);
}

TEST_CASE("a key of another tenant is refused wherever it stands in such an update")
{
    Filled db;
    const auto query =
        update<Job>()
            .from(table<User>)
            .set(col<&Job::cost> = 1)
            .where(col<&Job::owner> == col<&User::id> && col<&User::id> == key<User>(1, here + 1));
    CHECK(db.fails(query) == errc::wrong_tenant);
}
