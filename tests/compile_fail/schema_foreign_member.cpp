// expect: tenantry: a table.s option names a member of another row
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/primary_key.hpp>

#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"config", Setting, PrimaryKey<&Setting::key>>,
                  Table<"queue", Job, Index<"by_module", &Setting::value>>
#else
                  Table<"config", Setting, PrimaryKey<&Setting::key>>,
                  Table<"queue", Job, Index<"by_module", &Job::module>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
