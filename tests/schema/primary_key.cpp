#include <tenantry/schema/primary_key.hpp>

#include <cstdint>
#include <string>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::is_refused;
using test::sql_of;

namespace {

struct Setting {
    std::string value{};
    std::string key{};
};
struct Membership {
    std::string note{};
    std::string who{};
    std::int64_t where{};
};
struct Named {
    int rank{};
    Id<Named> id{};
};
struct Node {
    Id<Node> next{};
    Id<Node> id{};
};
struct S : Schema<Table<"setting", Setting, PrimaryKey<&Setting::key>>,
                  Table<"membership", Membership, PrimaryKey<&Membership::where, &Membership::who>>,
                  Table<"named", Named, PrimaryKey<&Named::id>>> {};
struct Other : Schema<Table<"named", Named>> {};

} // namespace

TEST_CASE("one column is the key")
{
    CHECK(sql_of<S>("setting") == R"(CREATE TABLE "setting" (
    "value" TEXT NOT NULL,
    "key" TEXT NOT NULL PRIMARY KEY
) STRICT)");
    auto db = test::create<S>();
    CHECK_FALSE(is_refused(db, "INSERT INTO setting VALUES ('v', 'k')"));
    CHECK(is_refused(db, "INSERT INTO setting VALUES ('w', 'k')"));
    CHECK(is_refused(db, "INSERT INTO setting VALUES ('w', NULL)"));
}

TEST_CASE("several columns are the key, in the order they are named")
{
    CHECK(sql_of<S>("membership") == R"(CREATE TABLE "membership" (
    "note" TEXT NOT NULL,
    "who" TEXT NOT NULL,
    "where" INTEGER NOT NULL,
    PRIMARY KEY ("where", "who")
) STRICT)");
    auto db = test::create<S>();
    CHECK_FALSE(is_refused(db, "INSERT INTO membership VALUES ('', 'a', 1), ('', 'a', 2), ('', 'b', 1)"));
    CHECK(is_refused(db, "INSERT INTO membership VALUES ('', 'b', 1)"));
}

TEST_CASE("naming the id says nothing new")
{
    CHECK(sql_of<S>("named") == sql_of<Other>("named"));
    CHECK(sql_of<S>("named") == R"(CREATE TABLE "named" (
    "rank" INTEGER NOT NULL,
    "id" INTEGER PRIMARY KEY
) STRICT)");
}
