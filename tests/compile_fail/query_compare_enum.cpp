// expect: tenantry: an enum column is compared with an enumerator of the same enum
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&Job::status> == Level::high);
#else
    auto query = select<Job>().where(col<&Job::status> == JobStatus::done);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
