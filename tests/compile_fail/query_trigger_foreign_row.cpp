// expect: tenantry: old_<> and new_<> name columns of the table that the trigger is on
#include "support/triggers.hpp"

#ifdef TENANTRY_BROKEN
using Made = Trigger<"t", AfterInsert<Job>, Do<foreign>>;
#else
using Made = Trigger<"t", AfterUpdate<Job, &Job::cost>, When<cheap>, Do<add>>;
#endif
struct Slot : Schema<Table<"queue", Job>, Table<"total", Total, PrimaryKey<&Total::module>>,
                     View<"pending", Pending, pending>, Made> {};
static_assert(schema_info<Slot>().fingerprint != 0);
