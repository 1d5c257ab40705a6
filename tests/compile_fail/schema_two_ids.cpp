// expect: tenantry: this row has several members Id<Row>; say which is the PrimaryKey
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    Id<Job> next{};
#else
    std::optional<Id<Job>> next{};
#endif
    int last{};
};
struct Slot : Schema<Table<"queue", Job>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
