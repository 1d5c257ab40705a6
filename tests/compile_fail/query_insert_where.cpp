// expect: tenantry: where\(\) in an insert chooses
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert(Setting{}).where(col<&Setting::key> == "k");
#else
    auto query = insert(Setting{});
#endif
    static_cast<void>(execute<Work>(connection, query));
}
