// expect: tenantry: a column of a table of another schema
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Stranger::name>);
#else
    auto query = select(col<&Job::module>);
#endif
    static_cast<void>(check_query<ScopeA, decltype(query)>());
}
