// expect: tenantry: a column of the primary key is set: a row keeps its id
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().set(rename_key(col<&Job::id> = Key<Job, ScopeA>())).all_rows();
#else
    auto query = update<Setting>().set(rename_key(col<&Setting::key> = "all")).all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
