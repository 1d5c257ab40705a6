// expect: tenantry: a column is set twice
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().set(col<&Job::cost> = 1, col<&Job::cost> = 2).all_rows();
#else
    auto query = update<Job>().set(col<&Job::cost> = 1, col<&Job::module> = "a").all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
