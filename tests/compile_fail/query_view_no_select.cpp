// expect: tenantry: a view is made of a select
#include "support/views.hpp"

#ifdef TENANTRY_BROKEN
inline constexpr auto pending = update<Job>().set(col<&Job::cost> = 1).all_rows();
#else
inline constexpr auto pending = select(col<&Job::cost>, col<&Job::module>).where(col<&Job::cost> > 5);
#endif
struct Slot : Schema<Table<"queue", Job>, View<"pending", Pending, pending>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
