// expect: tenantry: a table has one PrimaryKey
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
                  Table<"config", Setting, PrimaryKey<&Setting::key>, PrimaryKey<&Setting::value>>
#else
                  Table<"config", Setting, PrimaryKey<&Setting::key, &Setting::value>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
