// expect: tenantry: ColumnType<> is for tables that are NotStrict
#include <tenantry/schema/column_type.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/not_strict.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    std::string at{};
};
#ifdef TENANTRY_BROKEN
struct Slot : Schema<Table<"queue", Job, ColumnType<&Job::at, "datetime">>> {};
#else
struct Slot : Schema<Table<"queue", Job, NotStrict, ColumnType<&Job::at, "datetime">>> {};
#endif
static_assert(schema_info<Slot>().fingerprint != 0);
