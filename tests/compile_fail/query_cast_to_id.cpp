// expect: tenantry: nothing is cast to an id
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(cast<Id<User>>(col<&Job::cost>));
#else
    auto query = select(cast<int>(col<&Job::cost>));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
