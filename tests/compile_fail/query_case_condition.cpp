// expect: tenantry: case_\(\).when\(\) takes a condition
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(case_().when(col<&Job::cost>, "dear"));
#else
    auto query = select(case_().when(col<&Job::cost> > 3, "dear"));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
