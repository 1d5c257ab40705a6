// expect: tenantry: \.defaults<\.\.\.>\(\) names a member of another row
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert(Job{}).defaults<&User::score>();
#else
    auto query = insert(Job{}).defaults<&Job::note>();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
