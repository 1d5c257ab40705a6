// expect: tenantry: a field of a view's row has another type than the column of its query
#include "support/views.hpp"

#ifdef TENANTRY_BROKEN
inline constexpr auto pending = select(col<&Job::module>, col<&Job::module>.as("cost"_n));
#else
inline constexpr auto pending = select(col<&Job::cost>, col<&Job::module>).where(col<&Job::cost> > 5);
#endif
struct Slot : Schema<Table<"queue", Job>, View<"pending", Pending, pending>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
