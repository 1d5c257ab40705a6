// expect: tenantry: a row is inserted: an object of a struct
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert(42);
#else
    auto query = insert(Job{});
#endif
    static_cast<void>(execute<Work>(connection, query));
}
