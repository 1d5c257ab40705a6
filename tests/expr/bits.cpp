// & | << >> ~ and the minus before a number
#include "query/database.hpp"

#include <ostream>

using namespace query_tests;

namespace {

template <class T>
concept Streamable = requires(std::ostream& stream, const T& value) { stream << value; };

} // namespace

TEST_CASE("bit operators read as they are written")
{
    const auto cost = col<&Job::cost>;
    CHECK(selected(cost & 6) == R"("cost" & ?)");
    CHECK(selected(1 | cost) == R"(? | "cost")");
    CHECK(selected(cost << 2 >> 1) == R"("cost" << ? >> ?)");
    CHECK(selected(~cost) == R"(~"cost")");
    CHECK(selected(-cost) == R"(-"cost")");
}

TEST_CASE("bit operators keep the order they have in C++, which is not SQLite's")
{
    const auto cost = col<&Job::cost>;
    CHECK(selected((cost & 1) | (cost << 1)) == R"("cost" & ? | ("cost" << ?))");
    CHECK(selected(cost + 1 << 2) == R"("cost" + ? << ?)");
    CHECK(selected(cost + (1 << (cost & 3))) == R"("cost" + (? << ("cost" & ?)))");
    CHECK(condition((cost & 1) == 1) == R"("cost" & ? = ?)");
    CHECK(selected(cost & ~(cost + 1)) == R"("cost" & ~("cost" + ?))");
    CHECK(selected(-(cost + 1)) == R"(-("cost" + ?))");
    CHECK(selected(-cost * 2) == R"(-"cost" * ?)");
}

TEST_CASE("two minuses are not a comment")
{
    const auto cost = col<&Job::cost>;
    CHECK(selected(-(-cost)) == R"(-(-"cost"))");
    CHECK(selected(1 - -cost) == R"(? - -"cost")");
    Filled db;
    CHECK(db.run(one(select(-(-cost), 1 - -cost).where(cost == 3))) ==
          std::tuple(std::int64_t{3}, std::int64_t{4}));
}

TEST_CASE("a shift is not taken for output")
{
    STATIC_REQUIRE_FALSE(Streamable<decltype(col<&Job::cost>)>);
    STATIC_REQUIRE_FALSE(Streamable<decltype(col<&Job::cost> + 1)>);
}

TEST_CASE("bits are computed")
{
    Filled db;
    const auto cost = col<&Job::cost>;
    const auto of = [&](const auto& expression) { return db.run(one(select(expression).where(cost == 3))); };
    CHECK(of(cost & 6) == 2);
    CHECK(of(cost | 4) == 7);
    CHECK(of(cost << 4) == 48);
    CHECK(of(cost >> 1) == 1);
    CHECK(of(~cost) == ~std::int64_t{3});
    CHECK(of((cost & 1) | (cost << 1)) == 7);
    CHECK(of(cost + (1 << (cost & 1))) == 5);
    CHECK(of(-cost * 2) == -6);
    CHECK(db.costs((cost & 1) == 1) == 13);
    static_assert(std::same_as<decltype(cost & 1)::value_type, std::int64_t>);
    static_assert(std::same_as<decltype(~col<&User::level>)::value_type, std::int64_t>);
    static_assert(std::same_as<decltype(-col<&User::score>)::value_type, std::optional<double>>);
    static_assert(std::same_as<decltype(nullif(cost, 1) | 1)::value_type, std::optional<std::int64_t>>);
}
