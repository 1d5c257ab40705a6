// expect: tenantry: ids of two different tables are compared
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&Job::owner> == Key<Job, ScopeA>{});
#else
    auto query = select<Job>().where(col<&Job::owner> == Key<User, ScopeA>{});
#endif
    static_cast<void>(execute<Work>(connection, query));
}
