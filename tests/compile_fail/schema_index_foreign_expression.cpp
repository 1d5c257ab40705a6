// expect: tenantry: an expression in a table's declaration names a column of another row
#include "support/indexes.hpp"

#ifdef TENANTRY_BROKEN
using Made = Index<"idx", Expr<foreign>>;
#else
using Made = Index<"idx", &Event::at, Descending<Collated<&Event::kind, "nocase">>, Where<late>>;
#endif
struct Slot : Schema<Table<"event", Event, Made>, Table<"other", Other>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
