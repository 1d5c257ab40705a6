// expect: tenantry: rename_key\(\) sets a column that is not in the primary key
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Setting>("a").set(rename_key(col<&Setting::value> = "b"));
#else
    auto query = update<Setting>("a").set(rename_key(col<&Setting::key> = "b"));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
