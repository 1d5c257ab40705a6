// expect: tenantry: a statement reads one table twice
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().from(table<Job>).set(col<&Job::cost> = 1).where(col<&Job::cost> == 2);
#else
    auto query =
        update<Job>().from(table<Alias<"other", Job>>).set(col<&Job::cost> = 1).where(col<&Job::cost> == 2);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
