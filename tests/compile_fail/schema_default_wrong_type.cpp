// expect: tenantry: this default is not a value of its column
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/default.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    int priority{};
#else
    std::string priority{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job, Default<&Job::priority, "high">>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
