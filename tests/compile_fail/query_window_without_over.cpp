// expect: tenantry: a window function says over which rows
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(row_number(), col<&Job::cost>);
#else
    auto query = select(row_number().over(), col<&Job::cost>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
