// expect: tenantry: a table.s name is not empty and does not begin with sqlite_
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Setting {
    std::string key{};
    std::string value{};
};
struct Job {
    Id<Job> id{};
    std::string module{};
};

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"sqlite_queue", Job>
#else
                  Table<"queue", Job>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
