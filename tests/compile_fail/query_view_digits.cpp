// expect: tenantry: a floating-point number in a declaration has at most 15 decimal digits
#include "support/views.hpp"

#ifdef TENANTRY_BROKEN
inline constexpr auto pending =
    select(col<&Job::module>, col<&Job::cost>).where(col<&Job::cost> * 0.123456789012345678 > 1);
#else
inline constexpr auto pending = select(col<&Job::cost>, col<&Job::module>).where(col<&Job::cost> > 5);
#endif
struct Slot : Schema<Table<"queue", Job>, View<"pending", Pending, pending>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
