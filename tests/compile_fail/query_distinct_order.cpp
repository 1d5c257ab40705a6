// expect: tenantry: distinct.. gives rows that are equal once, and order_by.. names what is not selected
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Job::module>).distinct().order_by(col<&Job::created_at>);
#else
    auto query = select(col<&Job::module>).distinct().order_by(lower(col<&Job::module>));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
