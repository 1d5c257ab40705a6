// expect: tenantry: the statement has another number of parameters
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = sql<"delete from job where cost = ?2">(1);
#else
    auto query = sql<"delete from job where cost = ?2 or cost = ?1">(1, 2);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
