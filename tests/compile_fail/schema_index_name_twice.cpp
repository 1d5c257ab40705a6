// expect: tenantry: two objects of a schema have one name
#include <tenantry/schema/index.hpp>

#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"queue", Job, Index<"i", &Job::module>, Index<"i", &Job::id>>
#else
                  Table<"queue", Job, Index<"i", &Job::module>, Index<"j", &Job::id>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
