// expect: tenantry: an enum column is compared
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(case_(col<&Job::status>).when(Level::low, 1));
#else
    auto query = select(case_(col<&Job::status>).when(JobStatus::done, 1));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
