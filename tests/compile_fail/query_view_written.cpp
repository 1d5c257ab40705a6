// expect: tenantry: this row is only read
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    int cost{};
};
struct Pending {
    int cost{};
};
inline constexpr auto pending = select(col<&Job::cost>);
struct Slot : Schema<Table<"queue", Job>, View<"pending", Pending, pending>> {};

#ifdef TENANTRY_BROKEN
using Written = Pending;
#else
using Written = Job;
#endif
using Changed = decltype(update<Written>().set(col<&Written::cost> = 1).all_rows());
static_assert(check_query<Slot, Changed>());
