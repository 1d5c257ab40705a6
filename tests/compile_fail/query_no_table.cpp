// expect: tenantry: nothing says which table is read
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count());
#else
    auto query = select(count()).from(table<Job>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
