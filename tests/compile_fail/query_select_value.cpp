// expect: tenantry: select\(\) takes columns and expressions
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(42);
#else
    auto query = select(col<&Job::cost>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
