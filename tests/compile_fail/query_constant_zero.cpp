// expect: tenantry: a text has a zero in it
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<User>().where(col<&User::name> == constant<"a\0b">);
#else
    auto query = select<User>().where(col<&User::name> == constant<"a b">);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
