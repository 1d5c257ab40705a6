// count, count_distinct, min, max, sum, avg, total, group_concat, call_aggregate, distinct, filter
#include "query/database.hpp"

#include <limits>

using namespace query_tests;

TEST_CASE("aggregate functions read as they are written")
{
    CHECK(selected(count()) == "count(*)");
    CHECK(selected(count(col<&Job::note>)) == R"(count("note"))");
    CHECK(selected(count_distinct(col<&Job::module>)) == R"(count(DISTINCT "module"))");
    CHECK(selected(min(col<&Job::cost>)) == R"(min("cost"))");
    CHECK(selected(max(col<&Job::created_at>)) == R"(max("created_at"))");
    CHECK(selected(sum(col<&Job::cost> + 1)) == R"(sum("cost" + ?))");
    CHECK(selected(avg(col<&Job::cost>)) == R"(avg("cost"))");
}

TEST_CASE("aggregate functions are computed")
{
    Filled db;
    const auto [n, notes, modules, least, latest, total, mean] = db.run(
        one(select(count(), count(col<&Job::note>), count_distinct(col<&Job::module>), min(col<&Job::cost>),
                   max(col<&Job::created_at>), sum(col<&Job::cost>), avg(col<&Job::cost>))));
    CHECK(n == 4);
    CHECK(notes == 1);
    CHECK(modules == 2);
    CHECK(least == 1);
    CHECK(latest == Timestamp(std::chrono::milliseconds(4000)));
    CHECK(total == 10);
    CHECK(mean == 2.5);
    CHECK(db.run(one(select(sum(col<&User::score>)))) == 1.5);
    CHECK(db.run(one(select(min(col<&User::active>)))) == false);
    CHECK(db.run(one(select(max(col<&Job::owner>)))) == db.bob);
}

TEST_CASE("conditions are counted by their sum, and their mean is the part that holds")
{
    Filled db;
    const auto cost = col<&Job::cost>;
    CHECK(selected(sum(cost > 1)) == R"(sum("cost" > ?))");
    STATIC_REQUIRE(std::same_as<decltype(sum(cost > 1))::value_type, std::optional<std::int64_t>>);
    STATIC_REQUIRE(std::same_as<decltype(total(cost > 1))::value_type, double>);
    CHECK(db.run(one(select(sum(cost > 1), avg(cost > 1), total(cost > 1)))) ==
          std::tuple(std::optional<std::int64_t>(3), std::optional<double>(0.75), 3.0));
    CHECK(db.run(one(select(sum(col<&User::active>), avg(col<&User::active>)))) ==
          std::tuple(std::optional<std::int64_t>(1), std::optional<double>(0.5)));
    CHECK(
        db.run(one(select(sum(col<&Job::note> == "two"), avg(col<&Job::note> == "two")))) ==
        std::tuple(std::optional<std::int64_t>(1), std::optional<double>(1))); // of the one that is not NULL
    CHECK(db.run(one(select(sum(cost > 1).filter(cost > 9), avg(cost > 1).filter(cost > 9)))) ==
          std::tuple(std::optional<std::int64_t>(), std::optional<double>()));
    CHECK(db.run(select(col<&Job::module>, coalesce(sum(cost == 1), 0))
                     .group_by(col<&Job::module>)
                     .order_by(col<&Job::module>)) ==
          std::vector{std::tuple(std::string("disk"), std::int64_t{0}),
                      std::tuple(std::string("mail"), std::int64_t{1})});
}

TEST_CASE("of no rows there is no least, no greatest, no sum and no mean")
{
    Database db;
    const auto [n, least, greatest, total, mean] = db.run(one(select(
        count(), min(col<&Job::cost>), max(col<&Job::module>), sum(col<&Job::cost>), avg(col<&Job::cost>))));
    CHECK(n == 0);
    CHECK_FALSE(least);
    CHECK_FALSE(greatest);
    CHECK_FALSE(total);
    CHECK_FALSE(mean);
}

TEST_CASE("distinct and filter read as they are written, in any order")
{
    const auto module = col<&Job::module>;
    const auto cost = col<&Job::cost>;
    CHECK(selected(count(module).distinct()) == R"(count(DISTINCT "module"))");
    CHECK(selected(sum(cost).filter(module == "mail")) == R"(sum("cost") FILTER (WHERE "module" = ?))");
    CHECK(selected(count().filter(cost > 1 && cost < 4)) ==
          R"(count(*) FILTER (WHERE "cost" > ? AND "cost" < ?))");
    CHECK(selected(avg(cost).distinct().filter(cost > 1)) ==
          R"(avg(DISTINCT "cost") FILTER (WHERE "cost" > ?))");
    CHECK(selected(avg(cost).filter(cost > 1).distinct()) == selected(avg(cost).distinct().filter(cost > 1)));
    CHECK(selected(total(cost)) == R"(total("cost"))");
    CHECK(selected(group_concat(module)) == R"(group_concat("module"))");
    CHECK(selected(group_concat(module, "; ")) == R"(group_concat("module", ?))");
    CHECK(selected(group_concat(module).distinct()) == R"(group_concat(DISTINCT "module"))");
    CHECK(selected(call_aggregate<"json_group_array", std::string>(cost)) == R"(json_group_array("cost"))");
    CHECK(selected(sum(cost + 1).filter(cost > 2) + 3) == R"(sum("cost" + ?) FILTER (WHERE "cost" > ?) + ?)");
}

TEST_CASE("distinct and filter are computed")
{
    Filled db;
    const auto module = col<&Job::module>;
    const auto cost = col<&Job::cost>;
    const std::string disk = "disk";
    CHECK(db.run(one(select(count().filter(module == disk), sum(cost).filter(module == "mail"),
                            sum(cost).filter(module == "none"), total(cost).filter(module == "none"),
                            count(cost > 2).distinct(), sum(cost % 2).distinct()))) ==
          std::tuple(std::int64_t{2}, std::optional<std::int64_t>(3), std::optional<std::int64_t>(), 0.0,
                     std::int64_t{2}, std::optional<std::int64_t>(1)));
    CHECK(db.run(one(select(group_concat(col<&Job::note>)))) == "two");
    CHECK(db.run(one(select(group_concat(module).distinct()))) == "mail,disk");
    CHECK(db.run(one(select(group_concat(cost, "").filter(cost == 3)))) == "3");
    CHECK(db.run(one(select(group_concat(col<&Job::status>).filter(cost == 4)))) == "done");
    CHECK(db.run(one(select(call_aggregate<"json_group_array", std::string>(cost).filter(cost < 1)))) ==
          "[]");
    CHECK(db.run(select(module, count().filter(cost > 2))
                     .group_by(module)
                     .having(max(cost).filter(cost < 9) > 2)
                     .order_by(desc(total(cost)))) ==
          std::vector{std::tuple(std::string("disk"), std::int64_t{2})});
    const auto query = select(sum(cost).filter(module == std::string("disk")));
    CHECK(db.run(one(own(query))) == 7);
    static_assert(std::same_as<decltype(total(cost))::value_type, double>);
    static_assert(std::same_as<decltype(group_concat(module))::value_type, std::optional<std::string>>);
    static_assert(
        std::same_as<decltype(sum(cost).filter(cost > 1))::value_type, std::optional<std::int64_t>>);
}

// A program may have any of these names in sight as well.
TEST_CASE("the names of the standard library do not get in the way")
{
    using namespace std;
    CHECK(min(1, 2) == 1);
    CHECK(max(1, 2) == 2);
    CHECK(selected(min(col<&Job::cost>)) == R"(min("cost"))");
    CHECK(selected(tenantry::count(col<&Job::note>)) == R"(count("note"))");
    CHECK(string("a") == string("a"));
    CHECK((string("a") < string("b") && !(optional<int>(1) == optional<int>(2))));
}

TEST_CASE("sums beyond 64 bits are misfits, as those of two columns are")
{
    Filled db;
    const auto cost = col<&Job::cost>;
    const auto huge = cost * 4000000000000000000;
    db.run(update<Job>().set(col<&Job::cost> = std::int64_t{4000000000000000000}).where(cost > 2));
    const Error error = db.fails(select(sum(cost) + 0, sum(cost * 2)));
    CHECK(error == errc::value_misfit);
    CHECK(db.fails(select(sum(cost).over(order_by(col<&Job::id>)) + sum(cost).over())) == errc::value_misfit);
    CHECK(db.fails(select(huge)) == errc::value_misfit);
    CHECK(db.run(one(select(total(cost)))) > 7e18);
}

TEST_CASE("infinities of both signs have no sum")
{
    Database db;
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double score : {infinity, -infinity, 1.0}) {
        User made{};
        made.score = score;
        db.run(insert(made));
    }
    const auto real = coalesce(col<&User::score>, 0.0);
    const auto by_id = order_by(col<&User::id>);
    const auto none = [&](const auto& expression) {
        static_assert(detail::is_optional<typename std::remove_cvref_t<decltype(expression)>::value_type>);
        CHECK_FALSE(db.run(select(expression).order_by(col<&User::id>)).back());
    };
    static_assert(std::same_as<decltype(real)::value_type, double>);
    CHECK_FALSE(db.run(one(select(total(real)))));
    CHECK_FALSE(db.run(one(select(sum(real)))));
    CHECK_FALSE(db.run(one(select(avg(real)))));
    static_assert(detail::is_optional<decltype(total(real))::value_type>);
    static_assert(detail::is_optional<decltype(total(real).filter(real > 1.0))::value_type>);
    none(total(real).over(by_id));
    none(sum(real).over(by_id));
    none(avg(real).over(by_id));
    none(sum(real).over(by_id.rows(current_row))); // what left the frame is taken off again
    // of integers there is always one
    static_assert(std::same_as<decltype(total(col<&User::level>))::value_type, double>);
    static_assert(std::same_as<decltype(sum(col<&User::level>).over())::value_type, std::int64_t>);
    static_assert(std::same_as<decltype(avg(col<&User::level>).over())::value_type, double>);
    // a number of the program's is finite
    CHECK(db.fails(select(real + infinity)) == errc::invalid_argument);
    CHECK(db.fails(select(-infinity - real)) == errc::invalid_argument);
    CHECK(db.fails(select(real * infinity)) == errc::invalid_argument);
    CHECK(db.run(select(real / infinity)).size() == 3);
    CHECK(db.run(select(real * 2.0 + 1.0).where(real > 0.0)) == std::vector<double>{infinity, 3.0});
}

TEST_CASE("an empty text may be none over a window")
{
    Database db;
    db.run(insert(User{}));
    const auto joined = group_concat(col<&User::name>).over();
    static_assert(std::same_as<decltype(joined)::value_type, std::optional<std::string>>);
    CHECK(db.run(one(select(joined))).value_or("").empty());
}
