// expect: tenantry: an Id<Other> refers to a row without an id of its own, a member Id<Other>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

struct User {
#ifdef TENANTRY_BROKEN
    std::int64_t id{};
#else
    Id<User> id{};
#endif
    std::string name{};
};
struct Job {
    Id<Job> id{};
    Id<User> user{};
};
struct Slot : Schema<Table<"user", User, PrimaryKey<&User::id>>, Table<"queue", Job>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
