// expect: tenantry: a trigger does what insert, update and remove make
#include "support/triggers.hpp"

#ifdef TENANTRY_BROKEN
using Made = Trigger<"t", AfterInsert<Job>, Do<reading>>;
#else
using Made = Trigger<"t", AfterUpdate<Job, &Job::cost>, When<cheap>, Do<add>>;
#endif
struct Slot : Schema<Table<"queue", Job>, Table<"total", Total, PrimaryKey<&Total::module>>,
                     View<"pending", Pending, pending>, Made> {};
static_assert(schema_info<Slot>().fingerprint != 0);
