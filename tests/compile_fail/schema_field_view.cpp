// expect: tenantry: this field.s type cannot be stored in a column
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    std::string_view name{};
#else
    std::string name{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
