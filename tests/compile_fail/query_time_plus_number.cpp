// expect: tenantry: arithmetic is for numbers, and \+ and - for times and durations
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Job::created_at> + 5);
#else
    auto query = select(col<&Job::created_at> + std::chrono::seconds(5));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
