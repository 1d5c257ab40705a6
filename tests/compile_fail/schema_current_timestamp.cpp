// expect: tenantry: this default is not a value of its column
#include <tenantry/core/timestamp.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/default.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    std::int64_t at{};
#else
    Timestamp at{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job, Default<&Job::at, current_timestamp>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
