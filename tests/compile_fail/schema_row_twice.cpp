// expect: tenantry: one row type is in two tables of a schema
#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"queue", Job>, Table<"done", Job>
#else
                  Table<"queue", Job>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
