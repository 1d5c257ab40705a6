// expect: tenantry: groups\(\) are of rows that are equal in order_by
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count().over(partition_by(col<&Job::module>).groups(preceding(1))));
#else
    auto query = select(count().over(partition_by(col<&Job::module>).rows(preceding(1))));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
