#include <tenantry/schema/traits.hpp>

#include <array>
#include <concepts>
#include <optional>
#include <string>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/unique.hpp>

#include "support/catch.hpp"

using namespace tenantry;

namespace {

struct Setting {
    std::string key{};
    std::string value{};
    Timestamp updated_at{};
};
struct User {
    std::string name{};
    Id<User> id{};
    std::optional<Id<User>> invited_by{};
};
struct Score {
    Id<User> user{};
    std::string game{};
    int points{};
};
struct Stranger {
    Id<Stranger> id{};
};

struct Slot : Schema<Table<"config", Setting, PrimaryKey<&Setting::key>,
                           Default<&Setting::updated_at, current_timestamp>>,
                     Table<"user", User, Index<"idx_name", &User::name>>,
                     Table<"score", Score, PrimaryKey<&Score::user, &Score::game>>> {};

// Another schema of the same rows, with other names.
struct Archive : Schema<Table<"old_user", User>> {};

struct Scope {
    using schema = Slot;
};

} // namespace

TEST_CASE("a schema is a struct that derives from Schema")
{
    STATIC_REQUIRE(SchemaType<Slot>);
    STATIC_REQUIRE(SchemaType<Schema<>>);
    STATIC_REQUIRE_FALSE(SchemaType<Scope>);
    STATIC_REQUIRE_FALSE(SchemaType<User>);
    STATIC_REQUIRE_FALSE(SchemaType<int>);
    STATIC_REQUIRE(std::same_as<schema_of<Slot>, Slot>);
    STATIC_REQUIRE(std::same_as<schema_of<Scope>, Slot>);
}

TEST_CASE("a row finds its table")
{
    STATIC_REQUIRE(has_table<Slot, User>);
    STATIC_REQUIRE_FALSE(has_table<Slot, Stranger>);
    STATIC_REQUIRE_FALSE(has_table<Slot, int>);
    STATIC_REQUIRE_FALSE(has_table<Archive, Setting>);
    STATIC_REQUIRE(std::same_as<table_of<Archive, User>, Table<"old_user", User>>);
    STATIC_REQUIRE(table_name<Slot, User> == "user");
    STATIC_REQUIRE(table_name<Archive, User> == "old_user");
}

TEST_CASE("a field has the name of its column")
{
    using Users = table_of<Slot, User>;
    STATIC_REQUIRE(column_count<Users> == 3);
    STATIC_REQUIRE(column_name<Users, 2> == "invited_by");
    STATIC_REQUIRE(column_names<Users> == std::array<std::string_view, 3>{"name", "id", "invited_by"});
    STATIC_REQUIRE(column_name_of<Slot, &User::id> == "id");
    STATIC_REQUIRE(std::same_as<column_type<Users, 0>, std::string>);
}

TEST_CASE("a table knows its primary key")
{
    using Users = table_of<Slot, User>;
    using Settings = table_of<Slot, Setting>;
    using Scores = table_of<Slot, Score>;
    STATIC_REQUIRE(primary_key<Users> == std::array<std::size_t, 1>{1});
    STATIC_REQUIRE(primary_key<Settings> == std::array<std::size_t, 1>{0});
    STATIC_REQUIRE(primary_key<Scores> == std::array<std::size_t, 2>{0, 1});
    STATIC_REQUIRE(is_primary_key<Scores>(1));
    STATIC_REQUIRE_FALSE(is_primary_key<Scores>(2));
    STATIC_REQUIRE(has_id_key<Users>);
    STATIC_REQUIRE(id_column<Users> == 1);
    STATIC_REQUIRE_FALSE(has_id_key<Settings>);
    STATIC_REQUIRE_FALSE(has_id_key<Scores>);
}

TEST_CASE("a table knows its defaults")
{
    STATIC_REQUIRE(has_default<table_of<Slot, Setting>>(2));
    STATIC_REQUIRE_FALSE(has_default<table_of<Slot, Setting>>(1));
    STATIC_REQUIRE_FALSE(has_default<table_of<Slot, User>>(0));
}

TEST_CASE("an id field says which row it means")
{
    STATIC_REQUIRE(IdField<Id<User>>);
    STATIC_REQUIRE(IdField<std::optional<Id<User>>>);
    STATIC_REQUIRE_FALSE(IdField<std::int64_t>);
    STATIC_REQUIRE(std::same_as<referenced_row<std::optional<Id<User>>>, User>);
}

namespace {

struct Contact {
    Id<Contact> id{};
    std::string name{};
    std::string mail{};
    std::string city{};
    std::string both{};
};

// An option of the kind that a generated column is.
template <auto... Fields>
struct Computed {
    using tenantry_members = detail::Members<Fields...>;
    static constexpr bool tenantry_generated = true;
};

using Contacts = Table<"contact", Contact, Unique<&Contact::name, &Contact::city>,
                       UniqueIndex<"idx_mail", Descending<&Contact::mail>>, Index<"idx_city", &Contact::city>,
                       Computed<&Contact::both>>;

using One = std::array<std::size_t, 1>;
using Two = std::array<std::size_t, 2>;

} // namespace

TEST_CASE("unique keys are the primary key, Unique and UniqueIndex, in any order")
{
    STATIC_REQUIRE(is_unique_key<Contacts>(One{0}));
    STATIC_REQUIRE(is_unique_key<Contacts>(Two{1, 3}));
    STATIC_REQUIRE(is_unique_key<Contacts>(Two{3, 1}));
    STATIC_REQUIRE(is_unique_key<Contacts>(One{2}));
    STATIC_REQUIRE_FALSE(is_unique_key<Contacts>(One{1}));
    STATIC_REQUIRE_FALSE(is_unique_key<Contacts>(One{3}));
    STATIC_REQUIRE_FALSE(is_unique_key<Contacts>(Two{1, 1}));
    STATIC_REQUIRE_FALSE(is_unique_key<Contacts>(Two{0, 1}));
}

TEST_CASE("columns that the database computes are known")
{
    STATIC_REQUIRE(is_generated<Contacts>(4));
    STATIC_REQUIRE_FALSE(is_generated<Contacts>(3));
    STATIC_REQUIRE_FALSE(is_generated<table_of<Slot, Setting>>(2));
}
