// expect: tenantry: two arguments are for one parameter
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = sql<"select :a + :b", std::int64_t>(arg<"b">(2), arg<"b">(1), arg<"a">(1));
#else
    auto query = sql<"select :a + :b", std::int64_t>(arg<"b">(2), arg<"a">(1));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
