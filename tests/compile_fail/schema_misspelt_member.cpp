// expect: no member named .modul. in .Job.|.modul. is not a member of .Job.
#include <tenantry/schema/index.hpp>

#include "support/settings.hpp"

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"queue", Job, Index<"by_module", &Job::modul>>
#else
                  Table<"queue", Job, Index<"by_module", &Job::module>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
