// expect: tenantry: date_bucket\(\) takes a width of whole units
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(date_bucket(col<&Job::created_at>, std::chrono::microseconds(5)));
#else
    auto query = select(date_bucket(col<&Job::created_at>, std::chrono::seconds(5)));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
