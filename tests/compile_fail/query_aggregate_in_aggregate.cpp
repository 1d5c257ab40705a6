// expect: tenantry: an aggregate function inside another
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(sum(max(col<&Job::cost>)));
#else
    auto query = select(sum(col<&Job::cost>));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
