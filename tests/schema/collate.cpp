#include <tenantry/schema/collate.hpp>

#include <optional>
#include <string>

#include <tenantry/schema/unique.hpp>

#include "schema/declared.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using test::is_refused;

namespace {

struct User {
    Id<User> id{};
    std::string name{};
    std::optional<std::string> city{};
    std::string token{};
};
struct S : Schema<Table<"user", User, Collate<&User::name, "nocase">, Collate<&User::city, "rtrim">,
                        Collate<&User::token, "binary">, Unique<&User::name>>> {};

} // namespace

TEST_CASE("a collation stands at its column")
{
    CHECK(test::sql_of<S>("user") == R"(CREATE TABLE "user" (
    "id" INTEGER PRIMARY KEY,
    "name" TEXT NOT NULL COLLATE "nocase",
    "city" TEXT COLLATE "rtrim",
    "token" TEXT NOT NULL COLLATE "binary",
    UNIQUE ("name")
) STRICT)");
}

TEST_CASE("SQLite compares by it")
{
    auto db = test::create<S>();
    CHECK_FALSE(is_refused(db, "INSERT INTO user (name, city, token) VALUES ('Ann', 'Rome  ', 'A')"));
    CHECK(is_refused(db, "INSERT INTO user (name, token) VALUES ('aNN', 'B')"));
    CHECK(test::ask(db, "SELECT count(*) FROM user WHERE city = 'Rome' AND name = 'ANN'") == "1");
    CHECK(test::ask(db, "SELECT count(*) FROM user WHERE token = 'a'") == "0");
}
