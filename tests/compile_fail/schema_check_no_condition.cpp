// expect: tenantry: this takes a condition
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    int cost{};
};
#ifdef TENANTRY_BROKEN
inline constexpr auto positive = col<&Job::cost> + 1;
#else
inline constexpr auto positive = col<&Job::cost> >= 0;
#endif
struct Slot : Schema<Table<"queue", Job, Check<"positive", positive>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
