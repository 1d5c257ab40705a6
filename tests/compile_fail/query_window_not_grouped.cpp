// expect: tenantry: a column is selected beside aggregate functions
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count(), sum(col<&Job::cost>).over()).group_by(col<&Job::module>);
#else
    auto query = select(count(), sum(sum(col<&Job::cost>)).over()).group_by(col<&Job::module>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
