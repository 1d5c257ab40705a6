// expect: tenantry: this is not a query
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = explain(7);
#else
    auto query = explain(select<Job>());
#endif
    static_cast<void>(execute<Work>(connection, query));
}
