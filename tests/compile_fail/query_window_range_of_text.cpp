// expect: tenantry: range\(\) measures the value that rows are ordered by
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count().over(order_by(col<&Job::module>).range(preceding(1))));
#else
    auto query = select(count().over(order_by(col<&Job::cost>).range(preceding(1))));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
