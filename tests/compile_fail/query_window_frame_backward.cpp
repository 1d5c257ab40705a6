// expect: tenantry: a window's frame ends before it begins
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(sum(col<&Job::cost>).over(order_by(col<&Job::cost>).rows(following(1))));
#else
    auto query = select(sum(col<&Job::cost>).over(order_by(col<&Job::cost>).rows(preceding(1))));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
