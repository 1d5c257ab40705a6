// expect: tenantry: a view's query has a column without a name
#include "support/views.hpp"

#ifdef TENANTRY_BROKEN
inline constexpr auto pending = select(col<&Job::module>, col<&Job::cost> + 1);
#else
inline constexpr auto pending = select(col<&Job::cost>, col<&Job::module>).where(col<&Job::cost> > 5);
#endif
struct Slot : Schema<Table<"queue", Job>, View<"pending", Pending, pending>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
