// expect: no member named .modul. in .Job.|.modul. is not a member of .Job.
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/index.hpp>

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
                  Table<"queue", Job, Index<"by_module", &Job::modul>>
#else
                  Table<"queue", Job, Index<"by_module", &Job::module>>
#endif
                  > {
};
static_assert(schema_info<Slot>().fingerprint != 0);
