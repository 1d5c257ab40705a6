// expect: tenantry: the enum has no enumerator from 0 to 127; specialise tenantry::EnumRange for it
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

enum class Far { here = 1000, there = 1001 };
enum class Near { here, there };
struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    Far status{};
#else
    Near status{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
