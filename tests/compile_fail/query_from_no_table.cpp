// expect: tenantry: from\(\) takes a table, from\(table<Row>\), or a query with a name
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count()).from(Job{});
#else
    auto query = select(count()).from(table<Job>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
