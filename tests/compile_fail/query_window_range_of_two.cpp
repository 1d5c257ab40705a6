// expect: tenantry: range\(\) with an offset measures one value
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count().over(order_by(col<&Job::cost>, col<&Job::module>).range(preceding(1))));
#else
    auto query = select(count().over(order_by(col<&Job::cost>, col<&Job::module>).range(current_row)));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
