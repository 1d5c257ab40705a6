// expect: tenantry: a remove without where\(\) .*\.all_rows\(\)
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = remove<Job>();
#else
    auto query = remove<Job>().all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
