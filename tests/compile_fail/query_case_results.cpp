// expect: tenantry: the results of case_\(\) are of one type
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(case_().when(col<&Job::cost> > 3, "dear").otherwise(0));
#else
    auto query = select(case_().when(col<&Job::cost> > 3, "dear").otherwise("cheap"));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
