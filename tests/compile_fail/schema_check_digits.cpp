// expect: tenantry: a floating-point number in a declaration has at most 15 decimal digits
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    double share{};
};
#ifdef TENANTRY_BROKEN
inline constexpr auto small = col<&Job::share> < 1.0 / 3;
#else
inline constexpr auto small = col<&Job::share> < 0.333;
#endif
struct Slot : Schema<Table<"queue", Job, Check<"small", small>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
