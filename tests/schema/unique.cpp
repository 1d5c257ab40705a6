#include <tenantry/schema/unique.hpp>

#include <optional>
#include <string>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::is_refused;

namespace {

struct User {
    Id<User> id{};
    std::string email{};
    std::optional<int> team{};
    int seat{};
};
struct S : Schema<Table<"user", User, Unique<&User::email>, Unique<&User::team, &User::seat>>> {};

} // namespace

TEST_CASE("a unique constraint stands behind the columns")
{
    CHECK(test::sql_of<S>("user") == R"(CREATE TABLE "user" (
    "id" INTEGER PRIMARY KEY,
    "email" TEXT NOT NULL,
    "team" INTEGER,
    "seat" INTEGER NOT NULL,
    UNIQUE ("email"),
    UNIQUE ("team", "seat")
) STRICT)");
    auto db = test::create<S>();
    CHECK_FALSE(is_refused(
        db, "INSERT INTO user VALUES (1, 'a', 1, 1), (2, 'b', 1, 2), (3, 'c', NULL, 1), (4, 'd', NULL, 1)"));
    CHECK(is_refused(db, "INSERT INTO user VALUES (5, 'a', 9, 9)"));
    CHECK(is_refused(db, "INSERT INTO user VALUES (5, 'e', 1, 2)"));
}
