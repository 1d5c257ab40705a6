// expect: tenantry: an index names at least one column
#include <tenantry/schema/index.hpp>

#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"queue", Job, Index<"i">>
#else
                  Table<"queue", Job, Index<"i", &Job::module>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
