// expect: tenantry: a row has no base classes
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

#ifdef TENANTRY_BROKEN
struct Base {
    int version{};
};
struct Row : Base {
    int key{};
};
#else
struct Row {
    int version{};
    int key{};
};
#endif
struct Slot : Schema<Table<"t", Row, PrimaryKey<&Row::key>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
