#include <tenantry/schema/column_name.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/schema/unique.hpp>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;

namespace column_name_tests {

struct Person {
    Id<Person> id{};
    std::string class_{};
    std::int64_t age{};
};
struct Visit {
    std::string where{};
    std::int64_t number{};
    std::optional<Id<Person>> who{};
};
inline constexpr auto of_age = col<&Person::age> >= 18;

struct S
    : Schema<
          Table<"person", Person, ColumnName<&Person::id, "person id">, ColumnName<&Person::class_, "class">,
                ColumnName<&Person::age, "years \"old\"">, Check<"of_age", of_age>,
                Unique<&Person::class_, &Person::age>, Index<"idx", Descending<&Person::class_>>>,
          Table<"visit", Visit, PrimaryKey<&Visit::where, &Visit::number>,
                ColumnName<&Visit::where, "place">>> {};

} // namespace column_name_tests

using namespace column_name_tests;

TEST_CASE("a column has the name it is given wherever it is named")
{
    CHECK(test::sql_of<S>("person") == R"(CREATE TABLE "person" (
    "person id" INTEGER PRIMARY KEY,
    "class" TEXT NOT NULL,
    "years ""old""" INTEGER NOT NULL,
    CONSTRAINT "of_age" CHECK ("years ""old""" >= 18),
    UNIQUE ("class", "years ""old""")
) STRICT)");
    CHECK(test::sql_of<S>("idx") == R"(CREATE INDEX "idx" ON "person" ("class" DESC))");
    CHECK(test::sql_of<S>("visit") == R"(CREATE TABLE "visit" (
    "place" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "who" INTEGER REFERENCES "person" ("person id"),
    PRIMARY KEY ("place", "number")
) STRICT)");
    STATIC_REQUIRE(column_name_of<S, &Person::class_> == "class");
    STATIC_REQUIRE(column_name_of<S, &Visit::number> == "number");
    CHECK(schema_info<S>().objects[0].columns[1].name == "class");
}

TEST_CASE("SQLite takes names that C++ has not")
{
    auto db = test::create<S>();
    test::must(db.execute(R"(INSERT INTO person ("class", "years ""old""") VALUES ('a', 20))"));
    CHECK(test::ask(db, "SELECT \"person id\" FROM person WHERE class = 'a'") == "1");
    CHECK(test::is_refused(db, "INSERT INTO visit (place, number, who) VALUES ('x', 1, 2)"));
    CHECK_FALSE(test::is_refused(db, "INSERT INTO visit (place, number, who) VALUES ('x', 1, 1)"));
}
