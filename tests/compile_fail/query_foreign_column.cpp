// expect: tenantry: a column of a table of another schema
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&Stranger::name> == "a");
#else
    auto query = select<Job>().where(col<&Job::module> == "a");
#endif
    static_cast<void>(check_query<ScopeA, decltype(query)>());
}
