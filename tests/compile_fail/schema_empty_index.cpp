// expect: tenantry: an index names at least one column
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/index.hpp>

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
                  Table<"queue", Job, Index<"i">>
#else
                  Table<"queue", Job, Index<"i", &Job::module>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
