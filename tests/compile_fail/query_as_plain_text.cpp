// expect: tenantry: as\(\) takes a name, a text with _n behind it
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count().as("jobs")).from(table<Job>);
#else
    auto query = select(count().as("jobs"_n)).from(table<Job>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
