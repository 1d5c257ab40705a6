// expect: tenantry: a table of another schema
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert(Stranger{});
#else
    auto query = insert(Job{});
#endif
    static_cast<void>(execute<Work>(connection, query));
}
