// The schema that tests of queries share, and scopes and records such as the floor of tenants has them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/primary_key.hpp>

namespace query_tests {

using namespace tenantry;

enum class JobStatus { pending, running, done, failed };
enum class Level { low, middle, high };

struct Setting {
    std::string key{};
    std::string value{};
    Timestamp updated_at{};
};

struct User {
    Id<User> id{};
    std::string name{};
    bool active = true;
    std::optional<double> score{};
    std::int8_t level{};
    std::vector<std::byte> picture{};
};

struct Job {
    Id<Job> id{};
    Id<User> owner{};
    std::optional<Id<User>> worker{};
    std::string module{};
    std::optional<std::string> note{};
    JobStatus status = JobStatus::pending;
    Level level{};
    std::int64_t cost{};
    Timestamp created_at{};
    std::optional<Timestamp> processed_at{};
};

// No fields but those of its key.
struct Tag {
    std::string name{};
    Id<Job> job{};
};

} // namespace query_tests

template <>
inline constexpr tenantry::EnumStorage tenantry::enum_storage<query_tests::Level> =
    tenantry::EnumStorage::integer;

namespace query_tests {

struct Work
    : Schema<Table<"config", Setting, PrimaryKey<&Setting::key>,
                   Default<&Setting::updated_at, current_timestamp>>,
             Table<"user", User>, Table<"job", Job>, Table<"tag", Tag, PrimaryKey<&Tag::name, &Tag::job>>> {};

struct Stranger {
    Id<Stranger> id{};
    std::string name{};
};
struct Elsewhere : Schema<Table<"stranger", Stranger>> {};

// What the floor of tenants makes: a scope per handle, and records that know theirs.
struct ScopeA {
    using schema = Work;
};
struct ScopeB {
    using schema = Work;
};

template <class Row, class T>
struct Record : Row {
    using tenantry_scope = T;
    using row_type = Row;
};

template <class T>
struct Records {
    template <class Row>
    using row = Record<Row, T>;
    template <class Row>
    using key = Key<Row, T>;
};

} // namespace query_tests
