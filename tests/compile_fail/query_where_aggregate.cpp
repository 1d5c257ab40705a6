// expect: tenantry: .*aggregate functions belong in having
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(sum(col<&Job::cost>) > 5);
#else
    auto query = select<Job>().where(col<&Job::cost> > 5);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
