// expect: tenantry: && and \|\| join conditions
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&Job::cost> == 1 && col<&Job::module>);
#else
    auto query = select<Job>().where(col<&Job::cost> == 1 && col<&Job::module> == "a");
#endif
    static_cast<void>(execute<Work>(connection, query));
}
