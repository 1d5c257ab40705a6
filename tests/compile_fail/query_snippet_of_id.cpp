// expect: tenantry: snippet\(\) and highlight\(\) are for a column of text
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct Job {
    Id<Job> id{};
    std::string module{};
};
struct JobText {
    Id<Job> job{};
    std::string module{};
};
struct Page {
    Id<Page> id{};
    std::string text{};
};
struct Slot
    : Schema<Table<"queue", Job>, FullText<"job_text", JobText, ContentOf<Job>>, FullText<"page", Page>> {};

#ifdef TENANTRY_BROKEN
using Query = decltype(select(highlight<&JobText::job>("a", "b")).where(match<JobText>("x")));
#else
using Query = decltype(select<JobText>().where(match<JobText>("x")).order_by(match_rank<JobText>));
#endif
static_assert(check_query<Slot, Query>());
static_assert(!sql_text<Slot, shape_t<Query>>.empty());
