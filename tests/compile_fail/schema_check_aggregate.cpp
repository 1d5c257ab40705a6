// expect: tenantry: an expression in a declaration has no aggregate and window functions
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    int cost{};
};
#ifdef TENANTRY_BROKEN
inline constexpr auto positive = count(col<&Job::cost>) >= 0;
#else
inline constexpr auto positive = col<&Job::cost> >= 0;
#endif
struct Slot : Schema<Table<"queue", Job, Check<"positive", positive>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
