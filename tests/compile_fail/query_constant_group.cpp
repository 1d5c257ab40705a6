// expect: tenantry: rows are ordered or grouped by a constant
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count()).from(table<Job>).group_by(constant<1>);
#else
    auto query = select(count()).from(table<Job>).group_by(col<&Job::cost>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
