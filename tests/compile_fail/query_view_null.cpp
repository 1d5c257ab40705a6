// expect: tenantry: a column of a view's query can be NULL
#include "support/views.hpp"

#ifdef TENANTRY_BROKEN
inline constexpr auto pending = select(col<&Job::note>.as("module"_n), col<&Job::cost>);
#else
inline constexpr auto pending = select(col<&Job::cost>, col<&Job::module>).where(col<&Job::cost> > 5);
#endif
struct Slot : Schema<Table<"queue", Job>, View<"pending", Pending, pending>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
