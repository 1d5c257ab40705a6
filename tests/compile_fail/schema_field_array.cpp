// expect: tenantry: a row has no C arrays; use std::array or std::string
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    char name[16]{};
#else
    std::string name{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
