// expect: tenantry: coalesce\(\) and ifnull\(\) choose among values of one type
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(coalesce(col<&Job::worker>, Id<User>()));
#else
    auto query = select(coalesce(col<&Job::worker>, Key<User, ScopeA>()));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
