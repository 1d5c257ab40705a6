// expect: tenantry: VACUUM is not for raw SQL
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = sql<"vacuum into 'copy.db'">();
#else
    auto query = sql<"delete from job where cost = ?">(1);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
