// expect: tenantry: first\(\) and one\(\) take a query that has rows
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = first(remove<Job>().all_rows());
#else
    auto query = first(select<Job>());
#endif
    static_cast<void>(execute<Work>(connection, query));
}
