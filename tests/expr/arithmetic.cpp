// + - * / %, concat
#include "query/database.hpp"

#include <limits>

using namespace query_tests;

TEST_CASE("arithmetic keeps its order")
{
    const auto cost = col<&Job::cost>;
    CHECK(selected(cost + 1 - 2) == R"("cost" + ? - ?)");
    CHECK(selected(cost - (cost - 1)) == R"("cost" - ("cost" - ?))");
    CHECK(selected((cost + 1) * 2) == R"(("cost" + ?) * ?)");
    CHECK(selected(cost + cost * 2) == R"("cost" + "cost" * ?)");
    CHECK(selected(2 * cost / 3 % 4) == R"(? * "cost" / ? % ?)");
    CHECK(selected(2 - cost) == R"(? - "cost")");
    CHECK(selected(concat(col<&Job::module>, ":", col<&Job::note>)) == R"("module" || ? || "note")");
    CHECK(selected(concat(concat("a", col<&Job::module>), "b")) == R"(? || "module" || ?)");
    CHECK(selected(concat("a", col<&Job::cost>, col<&Job::status>)) == R"(? || "cost" || "status")");
    CHECK(selected(concat("a", concat(col<&Job::module>, "b"))) == R"(? || ("module" || ?))");
}

TEST_CASE("arithmetic is computed, and its types say what can come of it")
{
    Filled db;
    const auto cost = col<&Job::cost>;
    const auto of = [&](const auto& expression) { return db.run(one(select(expression).where(cost == 3))); };
    CHECK(of(cost + 1 - 2) == 2);
    CHECK(of(cost - (cost - 1)) == 1);
    CHECK(of((cost + 1) * 2) == 8);
    CHECK(of(cost / 2) == std::optional<std::int64_t>(1));
    CHECK(of(cost % 2) == std::optional<std::int64_t>(1));
    CHECK(of(cost / 0) == std::nullopt);
    CHECK(of(cost * 1.5) == 4.5);
    CHECK(of(cost / 2.0) == std::optional<double>(1.5));
    static_assert(std::same_as<decltype(cost + 1)::value_type, std::int64_t>);
    static_assert(std::same_as<decltype(cost + 1.0)::value_type, double>);
    static_assert(std::same_as<decltype(col<&User::score> + 1)::value_type, std::optional<double>>);
    static_assert(std::same_as<decltype(cost / 2)::value_type, std::optional<std::int64_t>>);
}

TEST_CASE("a sum beyond 64 bits is an error, not a wrong number")
{
    Filled db;
    const auto query =
        one(select(col<&Job::cost> + std::numeric_limits<std::int64_t>::max()).where(col<&Job::cost> == 1));
    CHECK(db.fails(query) == errc::value_misfit);
}

TEST_CASE("texts are joined")
{
    Filled db;
    const auto of = [&](const auto& expression, int cost) {
        return db.run(one(select(expression).where(col<&Job::cost> == cost)));
    };
    CHECK(of(concat(col<&Job::module>, std::string(":"), "x"), 1) == "mail:x");
    CHECK(of(concat("no ", col<&Job::module>), 1) == "no mail");
    CHECK(of(concat("no ", col<&Job::cost> + 1, constant<" ">, col<&Job::status>), 1) == "no 2 pending");
    CHECK(of(concat(col<&Job::module>, ":", col<&Job::note>), 2) == std::optional<std::string>("mail:two"));
    CHECK(of(concat(col<&Job::module>, ":", col<&Job::note>), 1) == std::nullopt);
}
