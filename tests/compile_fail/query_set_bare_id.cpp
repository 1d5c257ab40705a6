// expect: tenantry: an id column is assigned a key
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().set(col<&Job::owner> = Id<User>{}).all_rows();
#else
    auto query = update<Job>().set(col<&Job::owner> = Key<User, ScopeA>{}).all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
