// expect: tenantry: this is not an option of a table
#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"queue", Job, Setting>
#else
                  Table<"queue", Job>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
