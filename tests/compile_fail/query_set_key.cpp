// expect: tenantry: a column of the primary key is set
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Tag>().set(col<&Tag::name> = "red").all_rows();
#else
    auto query = remove<Tag>().all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
