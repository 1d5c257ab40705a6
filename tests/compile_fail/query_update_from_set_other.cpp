// expect: tenantry: an update sets columns of its own table
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>()
                     .from(table<User>)
                     .set(col<&User::name> = "ann")
                     .where(col<&Job::owner> == col<&User::id>);
#else
    auto query = update<Job>()
                     .from(table<User>)
                     .set(col<&Job::note> = "ann")
                     .where(col<&Job::owner> == col<&User::id>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
