// expect: tenantry: an id column is compared with a key
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = remove<Job>(7);
#else
    auto query = remove<Job>(Key<Job, ScopeA>());
#endif
    static_cast<void>(execute<Work>(connection, query));
}
