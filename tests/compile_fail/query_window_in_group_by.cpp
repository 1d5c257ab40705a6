// expect: tenantry: a window function is computed after where\(\), group_by\(\) and having\(\)
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count()).group_by(ntile(4).over(order_by(col<&Job::cost>)));
#else
    auto query = select(count()).group_by(col<&Job::cost> % 4);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
