// expect: tenantry: a window function inside another
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(sum(row_number().over()).over(order_by(col<&Job::cost>)));
#else
    auto query = select(sum(col<&Job::cost>).over(order_by(col<&Job::cost>)));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
