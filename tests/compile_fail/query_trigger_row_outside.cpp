// expect: tenantry: old_<> and new_<> are rows of a trigger
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    int cost{};
};
struct Slot : Schema<Table<"queue", Job>> {};

#ifdef TENANTRY_BROKEN
using Query = decltype(select<Job>().where(new_<&Job::cost> > 5));
#else
using Query = decltype(select<Job>().where(col<&Job::cost> > 5));
#endif
static_assert(!sql_text<Slot, shape_t<Query>>.empty());
