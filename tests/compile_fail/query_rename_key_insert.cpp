// expect: tenantry: rename_key\(\) is for an update
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert<Setting>().set(rename_key(col<&Setting::key> = "a"), col<&Setting::value> = "b");
#else
    auto query = insert<Setting>().set(col<&Setting::key> = "a", col<&Setting::value> = "b");
#endif
    static_cast<void>(execute<Work>(connection, query));
}
