// expect: tenantry: a table.s option names columns by pointers to data members, like &Row::field
#include <tenantry/schema/index.hpp>

#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"queue", Job, Index<"by_module", 5>>
#else
                  Table<"queue", Job, Index<"by_module", &Job::module>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
