// expect: tenantry: an expression that may be NULL is assigned
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().set(col<&Job::module> = col<&Job::note>).all_rows();
#else
    auto query = update<Job>().set(col<&Job::module> = coalesce(col<&Job::note>, "")).all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
