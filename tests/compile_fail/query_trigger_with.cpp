// expect: tenantry: SQLite takes no with\(\) in a trigger
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    std::string module{};
    std::int64_t cost{};
};
struct Total {
    std::string module{};
    std::int64_t cost{};
};
struct Load {
    std::string module{};
    std::int64_t jobs{};
};
inline constexpr auto load =
    select(col<&Job::module>, count().as("jobs"_n)).group_by(col<&Job::module>).into(table<Load>);
inline constexpr auto with_name = update<Total>()
                                      .set(col<&Total::cost> = col<&Load::jobs>)
                                      .from(table<Load>)
                                      .where(col<&Total::module> == col<&Load::module>)
                                      .with(cte<"load">(load));
inline constexpr auto nested = update<Total>()
                                   .set(col<&Total::cost> = col<&Load::jobs>)
                                   .from(subquery<"load">(load))
                                   .where(col<&Total::module> == col<&Load::module>);
#ifdef TENANTRY_BROKEN
using Made = Trigger<"t", AfterInsert<Job>, Do<with_name>>;
#else
using Made = Trigger<"t", AfterInsert<Job>, Do<nested>>;
#endif
struct Slot : Schema<Table<"queue", Job>, Table<"total", Total, PrimaryKey<&Total::module>>, Made> {};
static_assert(schema_info<Slot>().fingerprint != 0);
