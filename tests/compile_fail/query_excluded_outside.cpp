// expect: tenantry: excluded\(\) is what an insert was kept from writing
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Setting>().set(col<&Setting::value> = excluded(col<&Setting::value>)).all_rows();
#else
    auto query = update<Setting>().set(col<&Setting::value> = col<&Setting::value>).all_rows();
#endif
    static_cast<void>(execute<Book>(connection, query));
}
