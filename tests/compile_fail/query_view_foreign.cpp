// expect: tenantry: a column of a table that the statement does not read
#include "support/views.hpp"

#ifdef TENANTRY_BROKEN
inline constexpr auto pending = select(col<&Job::module>, col<&Job::cost>).where(col<&Pending::cost> > 5);
#else
inline constexpr auto pending = select(col<&Job::cost>, col<&Job::module>).where(col<&Job::cost> > 5);
#endif
struct Slot : Schema<Table<"queue", Job>, View<"pending", Pending, pending>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
