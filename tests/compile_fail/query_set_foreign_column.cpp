// expect: tenantry: a column of a table that the statement does not read
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().set(col<&User::name> = "a").all_rows();
#else
    auto query = update<Job>().set(col<&Job::cost> = 1).all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
