// expect: tenantry: a row is a struct
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

#ifdef TENANTRY_BROKEN
using Row = int;
#else
struct Row {
    Id<Row> id{};
};
#endif
struct Slot : Schema<Table<"t", Row>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
