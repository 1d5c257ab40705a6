// expect: tenantry: set\(\) takes assignments
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().set(col<&Job::cost> == 1).all_rows();
#else
    auto query = update<Job>().set(col<&Job::cost> = 1).all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
