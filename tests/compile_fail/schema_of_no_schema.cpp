// expect: tenantry: this is neither a schema nor the scope of a tenant
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
using Found = schema_of<Job>;
#else
using Found = schema_of<Slot>;
#endif
