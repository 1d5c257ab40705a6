// expect: tenantry: a key of one tenant's scope is used in another's
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().set(col<&Job::worker> = Key<User, ScopeB>{}).all_rows();
#else
    auto query = update<Job>().set(col<&Job::worker> = Key<User, ScopeA>{}).all_rows();
#endif
    static_cast<void>(check_query<ScopeA, decltype(query)>());
}
