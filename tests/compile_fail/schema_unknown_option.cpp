// expect: tenantry: this is not an option of a table
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
                  Table<"queue", Job, Setting>
#else
                  Table<"queue", Job>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
