// expect: tenantry: the value of this expression would be another one each time
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    int cost{};
};
#ifdef TENANTRY_BROKEN
inline constexpr auto positive = col<&Job::cost> >= random_integer();
#else
inline constexpr auto positive = col<&Job::cost> >= 0;
#endif
struct Slot : Schema<Table<"queue", Job, Check<"positive", positive>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
