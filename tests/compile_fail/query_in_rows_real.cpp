// expect: tenantry: in\(\) of several columns takes no floating-point ones
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select<User>().where(in(std::tuple(col<&User::name>, col<&User::score>), std::pair("ann", 1.5)));
#else
    auto query =
        select<User>().where(in(std::tuple(col<&User::name>, col<&User::level>), std::pair("ann", 1)));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
