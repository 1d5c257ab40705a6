// expect: tenantry: a trigger names a column of another row than the one it is on
#include "support/triggers.hpp"

#ifdef TENANTRY_BROKEN
using Made = Trigger<"t", AfterUpdate<Job, &Total::cost>, Do<add>>;
#else
using Made = Trigger<"t", AfterUpdate<Job, &Job::cost>, When<cheap>, Do<add>>;
#endif
struct Slot : Schema<Table<"queue", Job>, Table<"total", Total, PrimaryKey<&Total::module>>,
                     View<"pending", Pending, pending>, Made> {};
static_assert(schema_info<Slot>().fingerprint != 0);
