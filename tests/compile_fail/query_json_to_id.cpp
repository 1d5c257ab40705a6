// expect: tenantry: json_extract<T>\(\) reads what JSON has
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(json_extract<Id<User>>(col<&Job::note>, "$.a"));
#else
    auto query = select(json_extract<int>(col<&Job::note>, "$.a"));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
