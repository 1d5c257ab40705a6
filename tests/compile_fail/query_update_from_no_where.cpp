// expect: tenantry: from\(\) in an update needs where\(condition\)
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().from(table<User>).set(col<&Job::note> = col<&User::name>).all_rows();
#else
    auto query = update<Job>()
                     .from(table<User>)
                     .set(col<&Job::note> = col<&User::name>)
                     .where(col<&Job::owner> == col<&User::id>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
