// expect: tenantry: a column is selected beside aggregate functions and is not in group_by..: which
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
    auto part = random_integer() % 3;
#ifdef TENANTRY_BROKEN
    auto query = select(part, count()).from(table<Job>).group_by(part);
#else
    auto query = select(count()).from(table<Job>).group_by(part);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
