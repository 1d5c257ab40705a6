// expect: tenantry: a column is assigned an aggregate or window function
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().set(col<&Job::note> = max(col<&Job::module>)).where(col<&Job::cost> == 1);
#else
    auto query = update<Job>().set(col<&Job::note> = col<&Job::module>).where(col<&Job::cost> == 1);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
