// expect: tenantry: an enum that is stored by name has no order
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&Job::status> < JobStatus::done);
#else
    auto query = select<Job>().where(col<&Job::level> < Level::high);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
