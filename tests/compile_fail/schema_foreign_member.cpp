// expect: tenantry: a table.s option names a member of another row
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/primary_key.hpp>

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
                  Table<"config", Setting, PrimaryKey<&Setting::key>>,
                  Table<"queue", Job, Index<"by_module", &Setting::value>>
#else
                  Table<"config", Setting, PrimaryKey<&Setting::key>>,
                  Table<"queue", Job, Index<"by_module", &Job::module>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
