// expect: tenantry: only an `enum class` has names that can be read
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

enum Old { here, there };
enum class New { here, there };
struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    std::optional<Old> status{};
#else
    std::optional<New> status{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
