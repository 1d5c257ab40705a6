// expect: tenantry: a key has a value for each column
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = remove<Tag>("red");
#else
    auto query = remove<Tag>("red", Key<Job, ScopeA>());
#endif
    static_cast<void>(execute<Work>(connection, query));
}
