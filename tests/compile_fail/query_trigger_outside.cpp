// expect: tenantry: a trigger is on a row that is not a table of this schema
#include "support/triggers.hpp"

#ifdef TENANTRY_BROKEN
using Made = Trigger<"t", AfterInsert<Outside>, Refuse<"no">>;
#else
using Made = Trigger<"t", AfterUpdate<Job, &Job::cost>, When<cheap>, Do<add>>;
#endif
struct Slot : Schema<Table<"queue", Job>, Table<"total", Total, PrimaryKey<&Total::module>>,
                     View<"pending", Pending, pending>, Made> {};
static_assert(schema_info<Slot>().fingerprint != 0);
