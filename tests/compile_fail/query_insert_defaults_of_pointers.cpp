// expect: tenantry: defaults\(\) takes columns: defaults\(col<&Job::created_at>\)
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert(Job{}).defaults(&Job::note);
#else
    auto query = insert(Job{}).defaults(col<&Job::note>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
