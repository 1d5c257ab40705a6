// expect: tenantry: concat\(\) joins texts, and expressions that have one
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(concat("cost: ", col<&Job::cost> > 1));
#else
    auto query = select(concat("cost: ", col<&Job::cost>));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
