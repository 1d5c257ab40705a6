// expect: tenantry: an expression of a query in a declaration stands in group_by
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    int cost{};
};
struct Rest {
    std::optional<std::int64_t> rest{};
    std::int64_t jobs{};
};
#ifdef TENANTRY_BROKEN
inline constexpr auto rests =
    select((col<&Job::cost> % 5).as("rest"_n), count().as("jobs"_n)).group_by(col<&Job::cost> % 3);
#else
inline constexpr auto rests =
    select((col<&Job::cost> % 3).as("rest"_n), count().as("jobs"_n)).group_by(col<&Job::cost> % 3);
#endif
struct Slot : Schema<Table<"queue", Job>, View<"rest", Rest, rests>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
