// expect: tenantry: a column of a table that the statement does not read
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&User::name> == "a");
#else
    auto query = select<Job>().where(col<&Job::module> == "a");
#endif
    static_cast<void>(execute<Work>(connection, query));
}
