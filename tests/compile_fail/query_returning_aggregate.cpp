// expect: tenantry: returning\(\) gives values of each row
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = remove<Setting>().all_rows().returning(count());
#else
    auto query = remove<Setting>().all_rows().returning(col<&Setting::key>);
#endif
    static_cast<void>(execute<Book>(connection, query));
}
