// abs, round, sign, least, greatest, random_integer, call
#include "query/database.hpp"

#include <limits>

using namespace query_tests;

TEST_CASE("functions of numbers read as they are written")
{
    const auto cost = col<&Job::cost>;
    CHECK(selected(abs(cost)) == R"(abs("cost"))");
    CHECK(selected(round(cost / 3.0)) == R"(round("cost" / ?))");
    CHECK(selected(round(cost / 3.0, 2)) == R"(round("cost" / ?, ?))");
    CHECK(selected(sign(cost)) == R"(sign("cost"))");
    CHECK(selected(least(cost, 2, cost + 1)) == R"(min("cost", ?, "cost" + ?))");
    CHECK(selected(greatest(2, cost)) == R"(max(?, "cost"))");
    CHECK(selected(random_integer()) == "random()");
    CHECK(selected(call<"printf", std::string>("%03d %s", cost, col<&Job::module>)) ==
          R"(printf(?, "cost", "module"))");
}

TEST_CASE("functions of numbers are computed")
{
    Filled db;
    const auto cost = col<&Job::cost>;
    const auto of = [&](const auto& expression) { return db.run(one(select(expression).where(cost == 3))); };
    CHECK(of(abs(-cost)) == 3);
    CHECK(of(abs(cost * -0.5)) == 1.5);
    CHECK(of(round(cost / 4.0)) == std::optional<double>(1.0));
    CHECK(of(round(cost * 0.333, 2)) == 1.0);
    CHECK(of(sign(-cost)) == -1);
    CHECK(of(least(cost, 2)) == 2);
    CHECK(of(greatest(cost, 2, 7)) == 7);
    CHECK(of(least(col<&Job::created_at>, Timestamp())) == Timestamp());
    CHECK(of(greatest(col<&Job::module>, "zoo")) == "zoo");
    CHECK(of(greatest(cost, nullif(cost, 3))) == std::nullopt);
    CHECK(db.run(select(random_integer()).from(table<Job>)).size() == 4);
    const auto overflow =
        db.fails(select(abs(cast<std::int64_t>(cost * 0.0 - 9223372036854775807.0 - 1024.0))));
    CHECK(overflow == errc::value_misfit);
    CHECK(overflow.message().find("integer overflow") != std::string_view::npos);
    static_assert(std::same_as<decltype(abs(cost))::value_type, std::int64_t>);
    static_assert(std::same_as<decltype(abs(col<&User::score>))::value_type, std::optional<double>>);
    static_assert(std::same_as<decltype(round(cost))::value_type, double>);
    static_assert(std::same_as<decltype(least(cost * 0.5, 2))::value_type, double>);
    static_assert(
        std::same_as<decltype(least(cost, nullif(cost, 1)))::value_type, std::optional<std::int64_t>>);
}

TEST_CASE("any function is called by its name, with expressions and values")
{
    Filled db;
    const auto of = [&](const auto& expression) {
        return db.run(one(select(expression).where(col<&Job::cost> == 2)));
    };
    const std::string format = "%03d %s %.1f";
    CHECK(of(call<"printf", std::string>(format, col<&Job::cost>, col<&Job::module>, 0.5)) == "002 mail 0.5");
    CHECK(of(call<"likely", bool>(col<&Job::cost> == 2)));
    CHECK(of(call<"coalesce", std::optional<std::string>>(std::nullopt, std::optional<std::string>())) ==
          std::nullopt);
    CHECK(of(call<"typeof", std::string>(JobStatus::done)) == "text");
    CHECK(of(call<"typeof", std::string>(Level::high)) == "integer");
    CHECK(of(call<"sqlite_version", std::string>()).substr(0, 2) == "3.");
    CHECK(db.fails(select(call<"no_such_function", int>(col<&Job::cost>))) == errc::invalid_sql);
    CHECK(db.fails(select(call<"typeof", int>(col<&Job::cost>))) == errc::value_misfit);
    CHECK(db.fails(select(call<"quote", std::string>(key<User>(1, 5), col<&Job::cost>))) ==
          errc::invalid_sql);
    CHECK(db.fails(select(call<"quote", std::string>(key<User>(1, 5))).from(table<Job>)) ==
          errc::wrong_tenant);
}
