// expect: tenantry: ATTACH and DETACH are not for tenants
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = sql<"\xef\xbb\xbf"
                     "ATTACH ':memory:' AS other">();
#else
    auto query = sql<"\xef\xbb\xbf"
                     "DELETE FROM job">();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
