// expect: tenantry: what when\(\) and order_list\(\) stand for is chosen at run time
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    std::string module{};
    std::optional<std::string> note{};
    int cost{};
};
struct Pending {
    std::string module{};
    int cost{};
};
#ifdef TENANTRY_BROKEN
inline constexpr auto pending =
    select(col<&Job::module>, col<&Job::cost>).where(when(false, col<&Job::cost> > 5));
#else
inline constexpr auto pending = select(col<&Job::cost>, col<&Job::module>).where(col<&Job::cost> > 5);
#endif
struct Slot : Schema<Table<"queue", Job>, View<"pending", Pending, pending>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
