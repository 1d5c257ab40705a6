// expect: tenantry: \.defaults\(\) leaves out a column
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert(Job{}).defaults(col<&Job::module>);
#else
    auto query = insert(Job{}).defaults(col<&Job::note>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
