// expect: tenantry: an Id<Other> refers to a row that is not a table of this schema
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct User {
    Id<User> id{};
    std::string name{};
};
struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    Id<User> user{};
#else
    std::int64_t user{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
