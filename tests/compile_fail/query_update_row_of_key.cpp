// expect: tenantry: update\(row\) changes what is not in the primary key
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update(Tag{});
#else
    auto query = update(Job{});
#endif
    static_cast<void>(execute<Work>(connection, query));
}
