// expect: tenantry: a text in a declaration has no zero in it
#include <tenantry/expr/expr.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    std::string module{};
};
#ifdef TENANTRY_BROKEN
inline constexpr auto proper = col<&Job::module> != std::string_view("a\0b", 3);
#else
inline constexpr auto proper = col<&Job::module> != std::string_view("a");
#endif
struct Slot : Schema<Table<"queue", Job, Check<"proper", proper>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
