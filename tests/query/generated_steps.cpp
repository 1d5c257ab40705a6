// Triggers and full-text tables on generated columns: no UPDATE sets these, but what they are made of.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <tenantry/expr/expr.hpp>
#include <tenantry/query/full_text.hpp>
#include <tenantry/query/insert.hpp>
#include <tenantry/query/match.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/query/trigger.hpp>
#include <tenantry/schema/column_name.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/generated.hpp>

#include "query/declared.hpp"

namespace generated_steps_tests {

using namespace tenantry;

struct Person {
    Id<Person> id{};
    std::string first{};
    std::string last{};
    std::int64_t age{};
    std::string whole{};   // of first and last
    std::string shouted{}; // of whole
};
struct PersonText {
    Id<Person> person{};
    std::string shouted{};
};
struct Change {
    Id<Change> id{};
    std::string text{};
};
inline constexpr auto whole = concat(col<&Person::first>, " ", col<&Person::last>);
inline constexpr auto shouted = upper(col<&Person::whole>);
inline constexpr auto note = insert<Change>().set(col<&Change::text> = new_<&Person::shouted>);

template <class Kept>
struct People
    : Schema<Table<"person", Person, ColumnName<&Person::first, "given \"name\"">,
                   Generated<&Person::whole, whole, Kept>, Generated<&Person::shouted, shouted, Kept>>,
             Table<"change", Change>, FullText<"person_text", PersonText, ContentOf<Person>>,
             Trigger<"person_changed", AfterUpdate<Person, &Person::shouted>, Do<note>>> {};

// Numbers of doubles, and a full-text table with what may be missing.
struct Page {
    std::string title{};
    std::optional<std::string> body{};
};
struct Pages : Schema<FullText<"page", Page>> {};

struct Numbers {
    Id<Numbers> id{};
    double a{};
    float b{};
    std::int64_t n{};
    std::optional<std::int64_t> maybe{};
    std::chrono::duration<double> wait{};
};
struct Counted : Schema<Table<"numbers", Numbers, Default<&Numbers::wait, 0>>> {};

} // namespace generated_steps_tests

using namespace generated_steps_tests;
using declared_tests::Made;
using declared_tests::sql_of;
using test::must;

namespace {

template <class Kept>
void follows()
{
    using S = People<Kept>;
    Made<S> db;
    db.sql(R"(INSERT INTO person("given ""name""", last, age) VALUES ('Ada', 'Lovelace', 3))");
    auto found = [&](const char* words) {
        return db.run(select(col<&PersonText::person>).where(match<PersonText>(words))).size();
    };
    auto changes = [&] { return must(db.connection.query_integer("SELECT count(*) FROM change")); };
    CHECK(found("lovelace") == 1);
    db.sql("UPDATE person SET last = 'Byron'");
    CHECK(found("lovelace") == 0);
    CHECK(found("byron") == 1);
    CHECK(changes() == 1);
    db.sql("UPDATE person SET age = 4");
    CHECK(changes() == 1);
    db.sql(R"(UPDATE person SET "given ""name""" = 'Augusta')");
    CHECK(found("augusta") == 1);
    CHECK(changes() == 2);
    db.sql("INSERT INTO person_text(person_text, rank) VALUES ('integrity-check', 1)");
    db.sql("DELETE FROM person");
    db.sql("INSERT INTO person_text(person_text, rank) VALUES ('integrity-check', 1)");
}

} // namespace

TEST_CASE("what is on a generated column follows the columns that it is made of, through several steps")
{
    follows<Virtual>();
    follows<Stored>();
    const std::string trigger = sql_of<People<Stored>>("person_changed");
    CHECK(trigger.find(R"(AFTER UPDATE OF "given ""name""", "last" ON)") != std::string::npos);
    const std::string step = sql_of<People<Stored>>("person_text_update");
    CHECK(step.find(R"(AFTER UPDATE OF "id", "given ""name""", "last" ON)") != std::string::npos);
}

TEST_CASE("a full-text table of its own says which of its columns may be NULL")
{
    CHECK(sql_of<Pages>("page") ==
          R"(CREATE VIRTUAL TABLE "page" /* tenantry: optional body */ USING fts5("title", "body"))");
    Made<Pages> db;
    db.sql("INSERT INTO page(title) VALUES ('a')");
    CHECK_FALSE(db.run(select<Page>()).front().body);
}

TEST_CASE("types say of what may be no number, or is compared with NULL, that it may be NULL")
{
    const auto a = col<&Numbers::a>;
    const auto b = col<&Numbers::b>;
    const auto n = col<&Numbers::n>;
    const auto wait = col<&Numbers::wait>;
    const auto maybe = col<&Numbers::maybe>;
    using Real = std::optional<double>;
    using Truth = std::optional<bool>;
    static_assert(std::same_as<decltype(a - a)::value_type, Real>);
    static_assert(std::same_as<decltype(a + b)::value_type, Real>);
    static_assert(std::same_as<decltype(a * n)::value_type, Real>);
    static_assert(std::same_as<decltype(n * a)::value_type, Real>);
    static_assert(std::same_as<decltype(a + n)::value_type, double>); // an integer is finite
    static_assert(std::same_as<decltype(a * 2.0)::value_type, double>);
    static_assert(std::same_as<decltype(n - n)::value_type, std::int64_t>);
    static_assert(
        std::same_as<decltype(wait - wait)::value_type, std::optional<std::chrono::duration<double>>>);
    static_assert(std::same_as<decltype(between(n, maybe, 3))::value_type, Truth>);
    static_assert(std::same_as<decltype(between(n, 3, maybe))::value_type, Truth>);
    static_assert(std::same_as<decltype(between(n, 3, 4))::value_type, bool>);
    static_assert(std::same_as<decltype(in(n, 3, maybe))::value_type, Truth>);
    static_assert(std::same_as<decltype(in(n, maybe, 3))::value_type, Truth>);
    static_assert(std::same_as<decltype(in(n, 3))::value_type, bool>);

    Made<Counted> db;
    db.sql("INSERT INTO numbers(a, b, n) VALUES (9e999, -9e999, 0)");
    CHECK(must(db.connection.query_integer("SELECT wait = 0 AND typeof(wait) = 'real' FROM numbers")) == 1);
    CHECK(db.run(one(select(a - a).from(table<Numbers>))) == std::nullopt);
    CHECK(db.run(one(select(a + b).from(table<Numbers>))) == std::nullopt);
    CHECK(db.run(one(select(a * n).from(table<Numbers>))) == std::nullopt);
    CHECK(db.run(one(select(between(n, 0, maybe)).from(table<Numbers>))) == std::nullopt);
    CHECK(db.run(one(select(in(n, 1, maybe)).from(table<Numbers>))) == std::nullopt);
}
