// expect: tenantry: a column of a full-text table is not called rank or rowid, nor as the table itself
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Page {
    std::string title{};
};
#ifdef TENANTRY_BROKEN
struct Slot : Schema<FullText<"Title", Page>> {};
#else
struct Slot : Schema<FullText<"page", Page>> {};
#endif
static_assert(schema_info<Slot>().fingerprint != 0);
