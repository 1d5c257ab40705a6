// expect: tenantry: a table.s name is not empty and does not begin with sqlite_
#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"sqlite_queue", Job>
#else
                  Table<"queue", Job>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
