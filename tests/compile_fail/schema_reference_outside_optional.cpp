// expect: tenantry: an Id<Other> refers to a row that is not a table of this schema
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct User;
struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    std::optional<Id<User>> user{};
#else
    std::optional<Id<Job>> user{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
