// expect: tenantry: this table has no primary key; give the row a member Id<Row> or the table a PrimaryKey<&Row::field>
#include <tenantry/schema/ddl.hpp>
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
                  Table<"config", Setting>
#else
                  Table<"config", Setting, PrimaryKey<&Setting::key>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
