// expect: tenantry: sum\(\), avg\(\) and total\(\) are for numbers, durations and conditions
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(sum(col<&Job::module>));
#else
    auto query = select(sum(col<&Job::cost>));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
