// expect: tenantry: say what a row of the result becomes
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = sql<"select cost from job">();
#else
    auto query = sql<"select cost from job", std::int64_t>();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
