// expect: tenantry: one row type is in two tables of a schema
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
                  Table<"queue", Job>, Table<"done", Job>
#else
                  Table<"queue", Job>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
