// expect: tenantry: this default is not a value of its column
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/default.hpp>

using namespace tenantry;

enum class Mode { slow, fast };
#ifdef TENANTRY_BROKEN
constexpr auto chosen = static_cast<Mode>(2);
#else
constexpr auto chosen = static_cast<Mode>(1);
#endif
struct Job {
    Id<Job> id{};
    Mode mode{};
};
struct Slot : Schema<Table<"queue", Job, Default<&Job::mode, chosen>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
