// expect: tenantry: a default of a floating-point column has at most 15 decimal digits
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/default.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    static constexpr double given = 1.0 / 3;
    double ratio{};
#else
    static constexpr double given = 0.333;
    double ratio{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job, Default<&Job::ratio, Job::given>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
