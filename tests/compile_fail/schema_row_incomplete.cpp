// expect: tenantry: a row has to be defined before the schema it is in
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

#ifdef TENANTRY_BROKEN
struct Row;
#else
struct Row {
    Id<Row> id{};
};
#endif
struct Slot : Schema<Table<"t", Row>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
