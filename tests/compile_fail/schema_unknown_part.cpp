// expect: tenantry: a schema is a list of tables and other schema objects
#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"queue", Job>, Setting
#else
                  Table<"queue", Job>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
