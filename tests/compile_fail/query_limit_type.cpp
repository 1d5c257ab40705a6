// expect: tenantry: limit\(\) and offset\(\) take a number of rows
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().limit("5");
#else
    auto query = select<Job>().limit(5);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
