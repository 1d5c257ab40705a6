// expect: tenantry: Action::set_null is for a foreign key that can be NULL
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/on_delete.hpp>

using namespace tenantry;

struct Kind {
    Id<Kind> id{};
};
struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    Id<Kind> kind{};
#else
    std::optional<Id<Kind>> kind{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job, OnDelete<&Job::kind, Action::set_null>>, Table<"kind", Kind>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
