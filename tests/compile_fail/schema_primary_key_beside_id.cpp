// expect: tenantry: this row has a member Id<Row>, which is the primary key
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/unique.hpp>

#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"queue", Job, PrimaryKey<&Job::module>>
#else
                  Table<"queue", Job, Unique<&Job::module>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
