// expect: tenantry: there is no distinct\(\) over a window
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count(col<&Job::cost>).distinct().over());
#else
    auto query = select(count(col<&Job::cost>).over());
#endif
    static_cast<void>(execute<Work>(connection, query));
}
