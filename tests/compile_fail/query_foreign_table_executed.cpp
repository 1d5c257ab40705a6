// expect: tenantry: a table of another schema
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Stranger>();
#else
    auto query = select<Job>();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
