// expect: tenantry: defaults\(\) names a column of another table
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert(Job{}).defaults(col<&User::score>);
#else
    auto query = insert(Job{}).defaults(col<&Job::note>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
