// expect: tenantry: a key of one tenant's scope is used in another's
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&Job::id> == Key<Job, ScopeB>{});
#else
    auto query = select<Job>().where(col<&Job::id> == Key<Job, ScopeA>{});
#endif
    static_cast<void>(check_query<ScopeA, decltype(query)>());
}
