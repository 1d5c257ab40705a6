// expect: tenantry: & \| << >> are for integers
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where((col<&Job::cost> == 1) & (col<&Job::cost> == 2));
#else
    auto query = select<Job>().where(col<&Job::cost> == 1 && col<&Job::cost> == 2);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
