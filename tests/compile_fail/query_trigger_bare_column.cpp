// expect: tenantry: a column of a table that the statement does not read
#include "support/triggers.hpp"

#ifdef TENANTRY_BROKEN
using Made = Trigger<"t", AfterInsert<Job>, When<bare>, Do<add>>;
#else
using Made = Trigger<"t", AfterUpdate<Job, &Job::cost>, When<cheap>, Do<add>>;
#endif
struct Slot : Schema<Table<"queue", Job>, Table<"total", Total, PrimaryKey<&Total::module>>,
                     View<"pending", Pending, pending>, Made> {};
static_assert(schema_info<Slot>().fingerprint != 0);
