// expect: tenantry: ATTACH and DETACH are not for tenants
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = sql<"/* x */ attach 'other.db' as other">();
#else
    auto query = sql<"delete from job where cost = ?">(1);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
