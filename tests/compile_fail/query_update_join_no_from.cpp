// expect: tenantry: join\(\) in an update joins to what from\(\) reads
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>()
                     .join(table<User>, col<&Job::owner> == col<&User::id>)
                     .set(col<&Job::cost> = 1)
                     .where(col<&User::name> == "ann");
#else
    auto query = update<Job>()
                     .from(table<User>)
                     .set(col<&Job::cost> = 1)
                     .where(col<&User::name> == "ann" && col<&Job::owner> == col<&User::id>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
