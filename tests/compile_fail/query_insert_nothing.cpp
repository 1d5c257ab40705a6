// expect: tenantry: an insert says what is inserted
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert<Setting>();
#else
    auto query = insert<Setting>().set(col<&Setting::key> = "k", col<&Setting::value> = "v");
#endif
    static_cast<void>(execute<Work>(connection, query));
}
