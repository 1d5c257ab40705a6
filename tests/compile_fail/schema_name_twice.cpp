// expect: tenantry: two objects of a schema have one name
#include <tenantry/schema/primary_key.hpp>

#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"queue", Job>, Table<"QUEUE", Setting, PrimaryKey<&Setting::key>>
#else
                  Table<"queue", Job>, Table<"config", Setting, PrimaryKey<&Setting::key>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
