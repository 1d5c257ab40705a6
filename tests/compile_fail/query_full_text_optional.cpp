// expect: tenantry: a field of a full-text row is not optional, and the column of the table in ContentOf<> that it is of is
#include <optional>

#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
#ifdef TENANTRY_BROKEN
    std::optional<std::string> module{};
#else
    std::string module{};
#endif
};
struct JobText {
    Id<Job> job{};
    std::string module{};
};
struct Slot : Schema<Table<"queue", Job>, FullText<"job_text", JobText, ContentOf<Job>>> {};
static_assert(schema_info<Slot>().fingerprint != 0);
