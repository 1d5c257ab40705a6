// expect: tenantry: an enum column is assigned
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().set(col<&Job::status> = "done").all_rows();
#else
    auto query = update<Job>().set(col<&Job::status> = JobStatus::done).all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
