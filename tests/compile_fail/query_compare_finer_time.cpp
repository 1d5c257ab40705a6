// expect: tenantry: a time is compared with a column of a coarser unit
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select<Job>().where(col<&Job::created_at> < std::chrono::sys_time<std::chrono::nanoseconds>());
#else
    auto query = select<Job>().where(col<&Job::created_at> < std::chrono::sys_days());
#endif
    static_cast<void>(execute<Work>(connection, query));
}
