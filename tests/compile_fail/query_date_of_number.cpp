// expect: tenantry: date_of\(\) and unix_seconds\(\) are for points in time
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(date_of(col<&Job::cost>));
#else
    auto query = select(date_of(col<&Job::created_at>));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
