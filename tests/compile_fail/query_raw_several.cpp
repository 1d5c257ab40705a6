// expect: tenantry: one statement a sql<
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = sql<"delete from job; delete from user">();
#else
    auto query = sql<"delete from job where note = ';'; -- all">();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
