// expect: tenantry: an enumerator has a name of its own
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&Job::status> == constant<static_cast<JobStatus>(9)>);
#else
    auto query = select<Job>().where(col<&Job::status> == constant<JobStatus::done>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
