// expect: tenantry: what when\(\) and order_list\(\) stand for is chosen at run time
#include "support/views.hpp"

#ifdef TENANTRY_BROKEN
inline constexpr auto pending =
    select(col<&Job::module>, col<&Job::cost>).where(when(false, col<&Job::cost> > 5));
#else
inline constexpr auto pending = select(col<&Job::cost>, col<&Job::module>).where(col<&Job::cost> > 5);
#endif
struct Slot : Schema<Table<"queue", Job>, View<"pending", Pending, pending>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
