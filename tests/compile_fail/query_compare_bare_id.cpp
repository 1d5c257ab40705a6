// expect: tenantry: an id column is compared with a key: .*key_for<User>\(db, 42\)
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&Job::id> == Id<Job>{});
#else
    auto query = select<Job>().where(col<&Job::id> == Key<Job, ScopeA>{});
#endif
    static_cast<void>(execute<Work>(connection, query));
}
