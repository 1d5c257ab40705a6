// expect: tenantry: rows are ordered or grouped by a constant
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().order_by(desc(constant<2>));
#else
    auto query = select<Job>().order_by(desc(col<&Job::cost>));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
