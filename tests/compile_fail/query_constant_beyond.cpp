// expect: tenantry: a column is assigned a constant beyond the range of its type
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<User>().set(col<&User::level> = constant<128>).all_rows();
#else
    auto query = update<User>().set(col<&User::level> = constant<127>).all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
