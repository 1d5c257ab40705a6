// expect: tenantry: an Id<Other, Value> has another Value than Other.s own id
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

struct User {
#ifdef TENANTRY_BROKEN
    Id<User, std::string> id{};
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
