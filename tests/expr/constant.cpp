// constant<...>: values in the text
#include "query/database.hpp"

#include <limits>
#include <tuple>

#include <tenantry/query/explain.hpp>
#include <tenantry/query/view.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/index.hpp>

using namespace query_tests;

namespace {

template <class T, class E>
constexpr bool gives(const E&)
{
    return std::same_as<typename E::value_type, T>;
}

struct Counted {
    std::int64_t n{};
};
struct Found {
    std::string kind{};
    std::string name{};
};

struct Part {
    Id<Part> id{};
    float ratio{};
    std::int16_t small{};
    std::string name{};
    bool used{};
    std::optional<double> weight{};
};
inline constexpr auto is_small = col<&Part::small> < constant<10>;
inline constexpr auto kind_of = case_().when(is_small, constant<"small">).otherwise(constant<"it's large">);
struct Kind {
    Id<Part> id{};
    std::string kind{};
};
inline constexpr auto kinds = select(col<&Part::id>, kind_of.as("kind"_n));
inline constexpr auto is_used = col<&Part::used> == constant<true>;
struct Parts
    : Schema<Table<"part", Part, Check<"not_huge", is_small>, Index<"used", &Part::name, Where<is_used>>>,
             View<"kind", Kind, kinds>> {};

} // namespace

TEST_CASE("constants are written as SQLite reads them")
{
    CHECK(selected(constant<"success">) == "'success'");
    CHECK(selected(constant<"it's \"x\"">) == R"('it''s "x"')");
    CHECK(selected(constant<"">) == "''");
    CHECK(selected(constant<1>) == "1");
    CHECK(selected(constant<-1>) == "-1");
    CHECK(selected(constant<true>) == "1");
    CHECK(selected(constant<false>) == "0");
    CHECK(selected(constant<1.5>) == "1.5");
    CHECK(selected(constant<-0.25>) == "-0.25");
    CHECK(selected(constant<2.0>) == "2.0");
    CHECK(selected(constant<JobStatus::done>) == "'done'");
    CHECK(selected(constant<Level::high>) == "2");
    CHECK(selected(constant<std::numeric_limits<std::int64_t>::min()>) == "(-9223372036854775807 - 1)");
    CHECK(selected(constant<1>.as("one"_n)) == R"(1 AS "one")");
    CHECK(selected(-constant<-1>) == "-(-1)");
    CHECK(selected(col<&Job::cost> - constant<-1>) == R"("cost" - -1)");
}

TEST_CASE("a constant has the type of its value")
{
    CHECK(gives<std::string>(constant<"a">));
    CHECK(gives<std::int64_t>(constant<1>));
    CHECK(gives<std::int64_t>(constant<std::uint8_t{7}>));
    CHECK(gives<double>(constant<1.5F>));
    CHECK(gives<bool>(constant<true>));
    CHECK(gives<JobStatus>(constant<JobStatus::done>));
    CHECK(gives<bool>(col<&Job::cost> == constant<1>));
    CHECK(gives<std::optional<bool>>(col<&Job::note> == constant<"a">));
    CHECK(gives<std::string>(case_().when(constant<true>, constant<"a">).otherwise(constant<"b">)));
    CHECK(gives<std::string>(coalesce(col<&Job::note>, constant<"none">)));
    CHECK(gives<std::optional<double>>(col<&User::score> * constant<2.0>));
    CHECK(gives<double>(total(col<&Job::cost>) * constant<2.0> - constant<0.5>));
    CHECK(gives<double>(total(col<&Job::cost>) * 2.0 - 0.5));
    CHECK(gives<std::int64_t>(coalesce(sum(col<&Job::cost>), constant<0>)));
}

TEST_CASE("constants come back as they are")
{
    Database db;
    using All =
        std::tuple<std::string, std::int64_t, bool, double, JobStatus, Level, std::int64_t, std::string>;
    const auto all =
        select(constant<"it's">, constant<-7>, constant<true>, constant<-1.125>, constant<JobStatus::failed>,
               constant<Level::middle>, constant<std::numeric_limits<std::int64_t>::min()>, constant<"">);
    CHECK(text_of(all) == "SELECT 'it''s', -7, 1, -1.125, 'failed', 1, (-9223372036854775807 - 1), ''");
    CHECK(db.run(one(all)) == All("it's", -7, true, -1.125, JobStatus::failed, Level::middle,
                                  std::numeric_limits<std::int64_t>::min(), ""));
    CHECK(db.run(one(select(constant<0.1>))) == 0.1);
    CHECK(db.run(select(scalar(select(constant<3>)) + 4)) == std::vector<std::int64_t>{7});
}

TEST_CASE("constants choose as bound values do")
{
    Filled db;
    const auto cost = col<&Job::cost>;
    CHECK(condition(col<&Job::module> == constant<"mail"> && cost < constant<2>) ==
          R"("module" = 'mail' AND "cost" < 2)");
    CHECK(db.costs(col<&Job::module> == constant<"mail">) == db.costs(col<&Job::module> == "mail"));
    CHECK(db.costs(constant<2> < cost) == db.costs(2 < cost));
    CHECK(db.costs(in(cost, constant<1>, constant<4>, 2)) == 124);
    CHECK(db.costs(between(cost, constant<2>, constant<3>)) == 23);
    CHECK(db.costs(like(col<&Job::module>, constant<"d%">)) == db.costs(like(col<&Job::module>, "d%")));
    CHECK(db.costs(col<&Job::status> == constant<JobStatus::pending>) ==
          db.costs(col<&Job::status> == JobStatus::pending));
    CHECK(db.costs(col<&Job::level> > constant<Level::low>) == db.costs(col<&Job::level> > Level::low));
    CHECK(db.costs(constant<true>) == 1234);
    CHECK(db.costs(!constant<true>) == 0);
    CHECK(db.costs(col<&Job::note> != constant<"">) == db.costs(col<&Job::note> != ""));
    CHECK(db.run(select(case_(cost)
                            .when(constant<2>, constant<"two">)
                            .when(constant<-3>, constant<"never">)
                            .otherwise(constant<"other">))
                     .order_by(cost)) == std::vector<std::string>{"other", "two", "other", "other"});
    CHECK(db.run(one(select(substr(col<&Job::module>, constant<2>, constant<1>)).where(cost == 1))) == "a");
    CHECK(db.run(one(select(call<"json_array", std::string>(constant<true>, constant<1>, constant<"a">)))) ==
          R"([true,1,"a"])");
    CHECK(db.run(select(constant<"job">, col<&Job::module>, count())
                     .group_by(col<&Job::module>)
                     .order_by(col<&Job::module>)) ==
          std::vector<std::tuple<std::string, std::string, std::int64_t>>{{"job", "disk", 2},
                                                                          {"job", "mail", 2}});
}

TEST_CASE("a kind beside a union, and the depth that a recursion begins with")
{
    Filled db;
    const auto both = select(constant<"user">.as("kind"_n), col<&User::name>)
                          .union_all(select(constant<"job">.as("kind"_n), col<&Job::module>.as("name"_n))
                                         .where(col<&Job::cost> > constant<3>))
                          .into(table<Found>)
                          .order_by(desc(col<&User::name>));
    CHECK(
        text_of(both) ==
        R"(SELECT 'user' AS "kind", "user"."name" FROM "user" UNION ALL SELECT 'job' AS "kind", "job"."module" )"
        R"(AS "name" FROM "job" WHERE "job"."cost" > 3 ORDER BY 2 DESC)");
    std::string found;
    for (const Found& each : db.run(both)) found += each.kind + ' ' + each.name + ' ';
    CHECK(found == "job disk user bob user ann ");
    const auto counted =
        select<Counted>()
            .with_recursive(cte<"counted">(
                select(constant<1>.as("n"_n))
                    .union_all(select((col<&Counted::n> + 1).as("n"_n)).where(col<&Counted::n> < constant<5>))
                    .into(table<Counted>)))
            .order_by(col<&Counted::n>);
    std::int64_t sum = 0;
    for (const Counted& each : db.run(counted)) sum = sum * 10 + each.n;
    CHECK(sum == 12345);
}

TEST_CASE("beside a union a constant is of the other side's kind, not of its size")
{
    Filled db;
    const auto levels = select(col<&User::level>, col<&User::score>, col<&User::name>)
                            .union_all(select(constant<1000>, constant<0.5>, constant<"none">))
                            .order_by(col<&User::level>);
    using Levels = std::vector<std::tuple<std::int64_t, std::optional<double>, std::string>>;
    STATIC_REQUIRE(std::same_as<decltype(db.run(levels)), Levels>);
    CHECK(db.run(levels) == Levels{{-3, std::nullopt, "bob"}, {3, 1.5, "ann"}, {1000, 0.5, "none"}});
    const auto notes =
        select(constant<"first">).union_(select(col<&Job::note>)).union_(select(constant<"two">));
    using Notes = std::vector<std::optional<std::string>>;
    CHECK(db.run(notes.order_by(constant<"first">)) == Notes{std::nullopt, "first", "two"});
    CHECK(db.run(select(constant<1>).intersect(select(col<&Job::cost>))) == std::vector<std::int64_t>{1});
    CHECK(db.run(select(constant<JobStatus::done>).except(select(col<&Job::status>))).empty());
}

TEST_CASE("constants are assigned and inserted")
{
    Filled db;
    CHECK(db.run(update<Job>()
                     .set(col<&Job::status> = constant<JobStatus::failed>, col<&Job::cost> = constant<9>,
                          col<&Job::note> = constant<"by hand">)
                     .where(col<&Job::cost> == constant<4>)) == 1);
    CHECK(db.integer("SELECT count(*) FROM job WHERE status = 'failed' AND cost = 9 AND note = 'by hand'") ==
          1);
    CHECK(db.run(insert<User>().set(col<&User::name> = constant<"cy">, col<&User::active> = constant<false>,
                                    col<&User::score> = constant<0.5>, col<&User::level> = constant<-3>,
                                    col<&User::picture> = std::vector<std::byte>())) != Id<User>());
    CHECK(db.integer(
              "SELECT count(*) FROM user WHERE name = 'cy' AND active = 0 AND score = 0.5 AND level = -3") ==
          1);
    db.run(insert<Setting>()
               .columns(col<&Setting::key>, col<&Setting::value>)
               .from(select(concat(constant<"user/">, col<&User::name>), constant<"known">)));
    CHECK(db.integer("SELECT count(*) FROM config WHERE value = 'known' AND key LIKE 'user/%'") == 3);
    db.run(insert<Setting>()
               .columns(col<&Setting::key>, col<&Setting::value>)
               .from(select(constant<"user/cy">, constant<"again">))
               .on_conflict(col<&Setting::key>)
               .do_update(col<&Setting::value> = concat(excluded(col<&Setting::value>), constant<"!">))
               .where(col<&Setting::value> == constant<"known"> && exists(select(constant<1>))));
    CHECK(db.integer("SELECT count(*) FROM config WHERE value = 'again!'") == 1);
    CHECK(db.run(update<Job>()
                     .set(col<&Job::level> = case_()
                                                 .when(col<&Job::cost> > constant<1>, constant<Level::high>)
                                                 .otherwise(constant<Level::low>))
                     .all_rows()) == 4);
    CHECK(db.costs(col<&Job::level> == constant<Level::high>) == 239);
    CHECK(db.run(remove<Job>().where(col<&Job::cost> == constant<9>)) == 1);
}

TEST_CASE("constants stand in declarations, and find partial indexes")
{
    auto db = test::must(sqlite::Connection::open_memory());
    for (const SchemaObject& object : schema_info<Parts>().objects)
        test::must(db.execute(std::string(object.sql)));
    Part part;
    part.ratio = 0.5F;
    part.small = 3;
    part.used = true;
    const auto run = [&](const auto& query) { return test::must(execute<Parts>(db, query)); };
    run(insert(part));
    part.small = 10;
    CHECK(execute<Parts>(db, insert(part)).error().code() == errc::constraint);
    CHECK(run(one(select(col<&Kind::kind>))) == "small");
    CHECK(run(select(col<&Part::ratio>)
                  .where(col<&Part::ratio> == constant<0.5> && col<&Part::small> == constant<3>)) ==
          std::vector<float>{0.5F});
    CHECK(run(select<Part>().where(col<&Part::small> < constant<100000>)).size() == 1); // compares by value
    CHECK(run(select<Part>().where(col<&Part::weight> > constant<1>)).empty());
    CHECK(run(uses_index<"used">(select<Part>().where(is_used && col<&Part::name> == "x"))));
}
