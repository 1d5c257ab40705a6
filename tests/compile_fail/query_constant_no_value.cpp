// expect: tenantry: a constant is a number, a bool, an enumerator or a text
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(constant<'a'>);
#else
    auto query = select(constant<"a">);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
