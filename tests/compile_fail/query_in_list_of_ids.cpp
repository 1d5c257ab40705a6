// expect: tenantry: an id column is compared with a key
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(in(col<&Job::owner>, std::vector<Id<User>>()));
#else
    auto query = select<Job>().where(in(col<&Job::owner>, std::vector<Key<User, ScopeA>>()));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
