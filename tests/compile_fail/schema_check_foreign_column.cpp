// expect: tenantry: an expression in a table's declaration names a column of another row
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Other {
    Id<Other> id{};
    int cost{};
};
struct Job {
    Id<Job> id{};
    int cost{};
};
#ifdef TENANTRY_BROKEN
inline constexpr auto positive = col<&Other::cost> >= 0;
#else
inline constexpr auto positive = col<&Job::cost> >= 0;
#endif
struct Slot : Schema<Table<"queue", Job, Check<"positive", positive>>, Table<"other", Other>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
