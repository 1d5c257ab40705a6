// expect: tenantry: a column is assigned a value of another type
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().set(col<&Job::module> = 42).all_rows();
#else
    auto query = update<Job>().set(col<&Job::module> = "a").all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
