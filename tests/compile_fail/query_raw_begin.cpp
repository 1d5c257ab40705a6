// expect: tenantry: transactions are not controlled by raw SQL
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = sql<"BEGIN IMMEDIATE">();
#else
    auto query = sql<"delete from job where cost = ?">(1);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
