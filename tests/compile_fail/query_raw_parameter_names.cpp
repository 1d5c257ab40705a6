// expect: tenantry: the statement has another number of parameters
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = sql<"delete from job where cost = :a or cost = :a">(1, 2);
#else
    auto query = sql<"delete from job where cost = :a or note = '?' or cost = :a">(1);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
