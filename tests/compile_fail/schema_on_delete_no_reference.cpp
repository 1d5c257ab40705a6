// expect: tenantry: OnDelete and OnUpdate are for a foreign key
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/on_delete.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    std::int64_t parent{};
#else
    std::optional<Id<Job>> parent{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job, OnDelete<&Job::parent, Action::cascade>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
