// expect: tenantry: a record of one tenant's scope is used in another's
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = remove(Record<Job, ScopeB>{});
#else
    auto query = remove(Record<Job, ScopeA>{});
#endif
    static_cast<void>(check_query<ScopeA, decltype(query)>());
}
