// expect: tenantry: a column is selected beside aggregate functions
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Job::module>, count());
#else
    auto query = select(col<&Job::module>, count()).group_by(col<&Job::module>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
