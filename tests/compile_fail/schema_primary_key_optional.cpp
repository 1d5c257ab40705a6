// expect: tenantry: a column of the primary key cannot be optional
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

#ifdef TENANTRY_BROKEN
struct Row {
    std::optional<int> key{};
};
#else
struct Row {
    int key{};
};
#endif
struct Slot : Schema<Table<"t", Row, PrimaryKey<&Row::key>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
