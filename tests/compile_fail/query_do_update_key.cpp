// expect: tenantry: a column of the primary key is set
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert(Setting{}).on_conflict(col<&Setting::key>).do_update(col<&Setting::key> = "k");
#else
    auto query = insert(Setting{}).on_conflict(col<&Setting::key>).do_update(col<&Setting::value> = "k");
#endif
    static_cast<void>(execute<Book>(connection, query));
}
