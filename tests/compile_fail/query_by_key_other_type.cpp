// expect: tenantry: a column is compared with a value of another type
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = remove<Setting>(7);
#else
    auto query = remove<Setting>("seven");
#endif
    static_cast<void>(execute<Work>(connection, query));
}
