// expect: tenantry: ids of two different tables are compared
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = remove<Job>(Key<User, ScopeA>());
#else
    auto query = remove<Job>(Key<Job, ScopeA>());
#endif
    static_cast<void>(execute<Work>(connection, query));
}
