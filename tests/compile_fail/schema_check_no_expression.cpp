// expect: tenantry: this takes an expression
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    bool cost{};
};
#ifdef TENANTRY_BROKEN
inline constexpr bool positive = true;
#else
inline constexpr auto positive = col<&Job::cost> == true;
#endif
struct Slot : Schema<Table<"queue", Job, Check<"positive", positive>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
