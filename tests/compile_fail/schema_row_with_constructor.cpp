// expect: tenantry: a row is a plain aggregate, without constructors, private members and virtual functions
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>

using namespace tenantry;

#ifdef TENANTRY_BROKEN
struct Row {
    explicit Row(int given) : key(given) {}
    int key;
};
#else
struct Row {
    int key;
};
#endif
struct Slot : Schema<Table<"t", Row, PrimaryKey<&Row::key>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
