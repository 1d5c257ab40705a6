// expect: tenantry: a window function is computed after where\(\), group_by\(\) and having\(\)
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(row_number().over(order_by(col<&Job::cost>)) == 1);
#else
    auto query = select<Job>().where(col<&Job::cost> == 1);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
