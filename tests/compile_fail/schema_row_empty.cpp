// expect: tenantry: a row has at least one field
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

#ifdef TENANTRY_BROKEN
struct Row {};
#else
struct Row {
    Id<Row> id{};
};
#endif
struct Slot : Schema<Table<"t", Row>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
