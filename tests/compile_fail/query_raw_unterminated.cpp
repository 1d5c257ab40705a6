// expect: tenantry: a string, a quoted name or a comment in the text has no end
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = sql<"delete from job where note = 'it''s">();
#else
    auto query = sql<"delete from job where cost = ?">(1);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
