// SELECT: the text of its clauses, and the rows they give.
#include "query/database.hpp"

#include <limits>
#include <tuple>

using namespace query_tests;

TEST_CASE("a row is selected with all its columns, by name")
{
    CHECK(text_of(select<Setting>()) == R"(SELECT "key", "value", "updated_at" FROM "config")");
    Filled db;
    const std::vector<Job> jobs = db.run(select<Job>().where(col<&Job::cost> == 3));
    REQUIRE(jobs.size() == 1);
    const Job& found = jobs.front();
    CHECK(found.id.value() == 3);
    CHECK(found.id.incarnation() == here);
    CHECK(found.owner == db.ann);
    CHECK(found.worker == db.bob);
    CHECK(found.module == "disk");
    CHECK_FALSE(found.note);
    CHECK(found.status == JobStatus::pending);
    CHECK(found.level == Level::high);
    CHECK(found.cost == 3);
    CHECK(found.created_at == Timestamp(std::chrono::milliseconds(3000)));
    CHECK_FALSE(found.processed_at);
}

TEST_CASE("clauses may be said in any order")
{
    const auto one_way =
        select<Setting>().where(col<&Setting::key> == "a").order_by(col<&Setting::key>).limit(1).offset(2);
    const auto another =
        select<Setting>().offset(2).limit(1).order_by(col<&Setting::key>).where(col<&Setting::key> == "a");
    CHECK(
        text_of(one_way) ==
        R"(SELECT "key", "value", "updated_at" FROM "config" WHERE "key" = ? ORDER BY "key" LIMIT ? OFFSET ?)");
    CHECK(text_of(another) == text_of(one_way));

    Filled db;
    const auto page =
        select(col<&Job::cost>).limit(2).offset(1).order_by(desc(col<&Job::cost>)).where(col<&Job::cost> < 4);
    CHECK(db.run(page) == std::vector<std::int64_t>{2, 1});
}

TEST_CASE("some columns give tuples, one gives values")
{
    Filled db;
    const auto both = select(col<&Job::module>, col<&Job::note>).where(col<&Job::cost> == 2);
    CHECK(text_of(both) == R"(SELECT "module", "note" FROM "job" WHERE "cost" = ?)");
    CHECK(db.run(both) == std::vector{std::tuple(std::string("mail"), std::optional<std::string>("two"))});
    const auto single = select(col<&Job::owner>).where(col<&Job::cost> == 2);
    CHECK(db.run(single) == std::vector{db.bob});
    const auto modules = select(col<&Job::module>).distinct().order_by(col<&Job::module>);
    CHECK(text_of(modules) == R"(SELECT DISTINCT "module" FROM "job" ORDER BY "module")");
    CHECK(db.run(modules) == std::vector<std::string>{"disk", "mail"});
}

TEST_CASE("a column of bool gives a vector of bool")
{
    Filled db;
    CHECK(db.run(select(col<&User::active>).order_by(col<&User::id>)) == std::vector<bool>{true, false});
    CHECK(db.run(first(select(col<&User::active>).order_by(col<&User::id>))) == true);
}

TEST_CASE("rows are grouped")
{
    Filled db;
    const auto query = select(col<&Job::module>, count(), sum(col<&Job::cost>))
                           .where(col<&Job::cost> > 1)
                           .group_by(col<&Job::module>)
                           .having(count() > 1)
                           .order_by(desc(count()), col<&Job::module>)
                           .limit(5);
    CHECK(text_of(query) ==
          R"(SELECT "module", count(*), sum("cost") FROM "job" WHERE "cost" > ? GROUP BY "module")"
          R"( HAVING count(*) > ? ORDER BY count(*) DESC, "module" LIMIT ?)");
    CHECK(db.run(query) ==
          std::vector{std::tuple(std::string("disk"), std::int64_t{2}, std::optional<std::int64_t>(7))});
    const auto parity = select(col<&Job::cost> % 2, count()).group_by(col<&Job::cost> % 2).order_by(count());
    CHECK(text_of(parity) ==
          R"(SELECT "cost" % ?, count(*) FROM "job" GROUP BY "cost" % ? ORDER BY count(*))");
}

TEST_CASE("the table is named where no column says it")
{
    Filled db;
    CHECK(text_of(select(count()).from(table<Job>)) == R"(SELECT count(*) FROM "job")");
    CHECK(text_of(select(count()).where(col<&Job::cost> > 2)) ==
          R"(SELECT count(*) FROM "job" WHERE "cost" > ?)");
    CHECK(db.run(select(count()).from(table<User>)) == std::vector<std::int64_t>{2});
    CHECK(db.run(select(count()).where(col<&Job::cost> > 2)) == std::vector<std::int64_t>{2});
}

TEST_CASE("rows come in the order that was asked for")
{
    Filled db;
    const auto costs = [&](const auto&... by) { return db.run(select(col<&Job::cost>).order_by(by...)); };
    using Costs = std::vector<std::int64_t>;
    CHECK(costs(desc(col<&Job::cost>)) == Costs{4, 3, 2, 1});
    CHECK(costs(asc(col<&Job::module>), desc(col<&Job::cost>)) == Costs{4, 3, 2, 1});
    CHECK(costs(desc(col<&Job::module>), asc(col<&Job::cost>)) == Costs{1, 2, 3, 4});
    CHECK(costs(desc(is_null(col<&Job::note>)), col<&Job::cost>) == Costs{1, 3, 4, 2});
}

TEST_CASE("limits are bound, and never negative")
{
    Filled db;
    CHECK(text_of(select(col<&Job::cost>).limit(5)) == R"(SELECT "cost" FROM "job" LIMIT ?)");
    CHECK(db.run(select(col<&Job::cost>).limit(0)).empty());
    CHECK(db.run(select(col<&Job::cost>).limit(std::numeric_limits<std::uint64_t>::max())).size() == 4);
    CHECK(db.run(select(col<&Job::cost>).limit(std::size_t{3})).size() == 3);
    CHECK(db.fails(select(col<&Job::cost>).limit(-1)) == errc::invalid_argument);
    CHECK(db.fails(select(col<&Job::cost>).limit(1).offset(-1)) == errc::invalid_argument);
}

TEST_CASE("an offset without a limit skips rows")
{
    Filled db;
    const auto query = select(col<&Job::cost>).order_by(col<&Job::cost>).offset(2);
    CHECK(text_of(query) == R"(SELECT "cost" FROM "job" ORDER BY "cost" LIMIT -1 OFFSET ?)");
    CHECK(db.run(query) == std::vector<std::int64_t>{3, 4});
}

TEST_CASE("a query is a value: kept, extended, used again")
{
    Filled db;
    const auto base = select(col<&Job::cost>).order_by(col<&Job::cost>);
    const auto mail = base.where(col<&Job::module> == "mail");
    CHECK(db.run(base).size() == 4);
    CHECK(db.run(mail) == std::vector<std::int64_t>{1, 2});
    CHECK(db.run(mail) == std::vector<std::int64_t>{1, 2});
    CHECK(db.run(base.limit(1)) == std::vector<std::int64_t>{1});
}

TEST_CASE("limits that are known are part of the text")
{
    Filled db;
    const auto query =
        select(col<&Job::cost>).order_by(col<&Job::cost>).limit(constant<2>).offset(constant<1>);
    CHECK(text_of(query) == R"(SELECT "cost" FROM "job" ORDER BY "cost" LIMIT 2 OFFSET 1)");
    CHECK(db.run(query) == std::vector<std::int64_t>{2, 3});
    CHECK(text_of(select(col<&Job::cost>).limit(constant<0>)) == R"(SELECT "cost" FROM "job" LIMIT 0)");
    CHECK(text_of(select(col<&Job::cost>).offset(constant<12345678901>)) ==
          R"(SELECT "cost" FROM "job" LIMIT -1 OFFSET 12345678901)");
    CHECK(db.run(first(query)) == 2);
}

TEST_CASE("what is selected of groups has the values that they are grouped by")
{
    Database db;
    const auto owner = db.run(insert(User{}));
    for (int i = 0; i < 12; ++i) {
        Job made = job(i);
        made.owner = owner;
        db.run(insert(made));
    }
    const auto cost = col<&Job::cost>;
    const auto differs = [&](const auto& query) { CHECK(db.fails(query) == errc::invalid_argument); };
    const std::string seven = "7";
    CHECK(db.run(select(cost % 7, count()).group_by(cost % 7)).size() == 7);
    CHECK(db.run(select(cost % 7 + 1, count()).group_by(cost % std::int16_t{7})).size() == 7);
    differs(select(cost % 10, count()).group_by(cost % 7));
    differs(select(cost % 10 + 1).group_by(cost % 7));
    differs(select(count(), (cost % 10).as("n"_n)).group_by(cost % 7));
    differs(select(count()).group_by(cost % 7).having(cost % 10 > 3));
    differs(select(count()).group_by(cost % 7).order_by(desc(cost % 10)));
    differs(select(concat(col<&Job::module>, "x")).group_by(concat(col<&Job::module>, seven)));
    differs(select(rank().over(order_by(cost % 10))).group_by(cost % 7));
    differs(select(sum(cost % 10).over()).group_by(cost % 7));
    differs(
        select(count()).from(table<User>).where(in(col<&User::level>, select(cost % 10).group_by(cost % 7))));
    // inside of aggregate functions there is no group yet, and of several keys one is enough
    CHECK(db.run(select(sum(cost % 10)).group_by(cost % 7)).size() == 7);
    CHECK(db.run(select(cost % 10, cost % 7).group_by(cost % 7, cost % 10)).size() == 12);
    CHECK(db.run(select(cost % 10).group_by(cost % 7, cost)).size() == 12);
    CHECK(
        db.run(select(cost % 7, scalar(select(count()).from(table<User>).where(col<&User::level> % 10 < 100)))
                   .group_by(cost % 7)
                   .having(cost % 7 > 2)
                   .order_by(desc(cost % 7)))
            .size() == 4);
}
