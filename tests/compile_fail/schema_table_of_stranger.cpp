// expect: tenantry: this row is not a table of this schema
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Setting {
    std::string key{};
    std::string value{};
};
struct Job {
    Id<Job> id{};
    std::string module{};
};

struct Slot : Schema<Table<"queue", Job>> {};
#ifdef TENANTRY_BROKEN
static_assert(table_name<Slot, Setting> == "?");
#else
static_assert(table_name<Slot, Job> == "queue");
#endif
