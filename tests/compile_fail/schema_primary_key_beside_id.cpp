// expect: tenantry: this row has a member Id<Row>, which is the primary key
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/unique.hpp>

using namespace tenantry;

struct Setting {
    std::string key{};
    std::string value{};
};
struct Job {
    Id<Job> id{};
    std::string module{};
};

struct Slot : Schema<
#ifdef TENANTRY_BROKEN
                  Table<"queue", Job, PrimaryKey<&Job::module>>
#else
                  Table<"queue", Job, Unique<&Job::module>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
