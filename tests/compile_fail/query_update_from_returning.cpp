// expect: tenantry: returning\(\) of an update gives columns of its own table
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>()
                     .from(table<User>)
                     .set(col<&Job::cost> = 1)
                     .where(col<&Job::owner> == col<&User::id>)
                     .returning(col<&User::name>);
#else
    auto query = update<Job>()
                     .from(table<User>)
                     .set(col<&Job::cost> = 1)
                     .where(col<&Job::owner> == col<&User::id>)
                     .returning(col<&Job::note>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
