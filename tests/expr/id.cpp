#include <tenantry/expr/id.hpp>

#include <algorithm>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <vector>

#include <tenantry/sqlite/codecs.hpp>

#include "sqlite/value_probe.hpp"
#include "support/catch.hpp"

using namespace tenantry;
using detail::IdAccess;
using sqlite::Misfit;
using test::ValueProbe;

namespace {

// The row is incomplete where its own id stands.
struct User {
    Id<User> id{};
    std::string name{};
    std::optional<Id<User>> invited_by{};
};

struct Session {
    std::string token{};
    Id<User> user{};
};

struct Named {
    int rank{};
    Id<Named, std::string> id{};
};

struct ScopeA;
struct ScopeB;

Id<User> user(std::int64_t value, std::uint64_t incarnation)
{
    return IdAccess::id<User>(value, incarnation);
}

} // namespace

TEST_CASE("an id that nobody set is unset")
{
    constexpr Id<User> id;
    STATIC_REQUIRE_FALSE(id.has_value());
    STATIC_REQUIRE_FALSE(static_cast<bool>(id));
    STATIC_REQUIRE(id.value() == 0);
    STATIC_REQUIRE(id.incarnation() == 0);
    STATIC_REQUIRE(id == Id<User>{});
}

TEST_CASE("nobody makes a set id of a number")
{
    STATIC_REQUIRE_FALSE(std::constructible_from<Id<User>, std::int64_t>);
    STATIC_REQUIRE_FALSE(std::constructible_from<Id<User>, std::int64_t, std::uint64_t>);
    STATIC_REQUIRE_FALSE(std::is_aggregate_v<Id<User>>);
    STATIC_REQUIRE_FALSE(std::constructible_from<Id<User>, Id<Session>>);
    STATIC_REQUIRE_FALSE(std::constructible_from<Key<User, ScopeA>, Id<User>>);
    STATIC_REQUIRE_FALSE(std::constructible_from<Key<User, ScopeA>, std::int64_t>);
    STATIC_REQUIRE_FALSE(std::constructible_from<Key<User, ScopeA>, Key<User, ScopeB>>);
}

TEST_CASE("an id is as small as its two numbers")
{
    STATIC_REQUIRE(sizeof(Id<User>) == 16);
    STATIC_REQUIRE(sizeof(Key<User, ScopeA>) == 16);
    STATIC_REQUIRE(std::is_trivially_copyable_v<Id<User>>);
    STATIC_REQUIRE(std::is_trivially_copyable_v<Key<User, ScopeA>>);
}

TEST_CASE("equality, order and hash know the tenant")
{
    CHECK(user(1, 7) == user(1, 7));
    CHECK(user(1, 7) != user(1, 8));
    CHECK(user(1, 7) != user(2, 7));
    CHECK(user(0, 7) != Id<User>{});
    CHECK(user(0, 0) != Id<User>{});
    CHECK(user(1, 7) < user(2, 7));
    CHECK(user(9, 7) < user(1, 8));
    CHECK(Id<User>{} < user(-5, 1));

    std::unordered_set<Id<User>> seen;
    for (std::uint64_t incarnation = 1; incarnation <= 50; ++incarnation)
        for (std::int64_t value = 0; value < 50; ++value) seen.insert(user(value, incarnation));
    CHECK(seen.size() == 2500);
    CHECK(seen.count(user(3, 3)) == 1);
    CHECK(seen.count(user(3, 51)) == 0);

    std::unordered_set<std::size_t> hashes;
    for (const auto& id : seen) hashes.insert(std::hash<Id<User>>{}(id));
    CHECK(hashes.size() > 2490);
}

TEST_CASE("an id without a tenant is set, too")
{
    const Id<User> id = user(0, 0);
    CHECK(id.has_value());
    CHECK(id.incarnation() == 0);
}

TEST_CASE("a row says which of its fields is its id")
{
    STATIC_REQUIRE(has_id<User>);
    STATIC_REQUIRE(id_index<User> == 0);
    STATIC_REQUIRE(std::same_as<id_value_t<User>, std::int64_t>);
    STATIC_REQUIRE(has_id<Named>);
    STATIC_REQUIRE(id_index<Named> == 1);
    STATIC_REQUIRE(std::same_as<id_value_t<Named>, std::string>);
    STATIC_REQUIRE_FALSE(has_id<Session>);
    STATIC_REQUIRE(std::same_as<id_value_t<Session>, std::int64_t>);
    STATIC_REQUIRE(IdAssignment<std::int64_t>::by_database);
    STATIC_REQUIRE_FALSE(IdAssignment<std::string>::by_database);
}

TEST_CASE("a key is an id whose scope is known")
{
    const auto key = IdAccess::key<ScopeA>(user(5, 7));
    STATIC_REQUIRE(std::same_as<decltype(key), const Key<User, ScopeA>>);
    CHECK(key.has_value());
    CHECK(key.value() == 5);
    CHECK(key.incarnation() == 7);
    const Id<User> id = key;
    CHECK(id == user(5, 7));
    CHECK(key.id() == id);
    CHECK(key == id);
    CHECK(key == IdAccess::key<User, ScopeA>(5, 7));
    CHECK(key != IdAccess::key<User, ScopeA>(5, 8));
    CHECK(key < IdAccess::key<User, ScopeA>(6, 7));
    CHECK(std::hash<Key<User, ScopeA>>{}(key) == std::hash<Id<User>>{}(id));
    CHECK_FALSE(Key<User, ScopeA>{}.has_value());
    CHECK_FALSE(IdAccess::key<ScopeA>(Id<User>{}).has_value());

    // What a session is made of, before it is inserted.
    const Session session{.token = "t", .user = key};
    CHECK(session.user == id);
}

TEST_CASE("an unset id is NULL, which SQLite takes as `assign one`")
{
    ValueProbe probe;
    CHECK(probe.stored(Id<User>{}) == "null NULL");
    CHECK(probe.stored(Key<User, ScopeA>{}) == "null NULL");
}

TEST_CASE("an id remembers the connection's tenant and is taken by it")
{
    ValueProbe probe;
    probe.connection().set_incarnation(77);
    CHECK(probe.stored(user(5, 77)) == "integer 5");
    CHECK(probe.there_and_back(user(5, 77)) == user(5, 77));
    CHECK(probe.there_and_back(IdAccess::key<User, ScopeA>(5, 77)).incarnation() == 77);
    CHECK(probe.there_and_back(std::optional(user(5, 77))) == std::optional(user(5, 77)));

    Id<User> id;
    CHECK(probe.read("42", id) == Misfit::none);
    CHECK(id == user(42, 77));
}

TEST_CASE("a stranger is refused, wherever it comes from")
{
    ValueProbe probe;
    probe.connection().set_incarnation(77);
    for (const auto& error :
         {probe.refusal(user(5, 78)), probe.refusal(user(5, 0)), probe.refusal(std::optional(user(5, 78))),
          probe.refusal(IdAccess::key<User, ScopeA>(5, 78))}) {
        REQUIRE(error);
        CHECK(*error == errc::wrong_tenant);
        CHECK(error->message() ==
              "this id of 'User' came from another tenant, or from one that was destroyed and "
              "created again; read the row again through this handle");
    }
}

TEST_CASE("a tenant's id is a stranger where there is no tenant")
{
    ValueProbe probe;
    REQUIRE(probe.refusal(user(5, 77)));
    CHECK(probe.there_and_back(user(5, 0)) == user(5, 0));
}

TEST_CASE("an id has to fit like any value, and NULL is none")
{
    ValueProbe probe;
    CHECK(probe.misfit<Id<User>>("NULL") == Misfit::null);
    CHECK(probe.misfit<Id<User>>("'5'") == Misfit::wrong_storage);
    CHECK(probe.misfit<Key<User, ScopeA>>("NULL") == Misfit::null);
    CHECK(probe.misfit<std::optional<Id<User>>>("NULL") == Misfit::none);
}

TEST_CASE("the value of an id may be a text")
{
    ValueProbe probe;
    const auto id = IdAccess::id<Named>(std::string("blue"), 0);
    CHECK(probe.stored(id) == "text 'blue'");
    CHECK(probe.there_and_back(id) == id);
    CHECK(IdAccess::id<Named>(std::string("a"), 1) < IdAccess::id<Named>(std::string("b"), 1));
}
