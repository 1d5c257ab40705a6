// expect: tenantry: functions of JSON are for columns of text or JSON
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(json_extract<int>(col<&Job::cost>, "$.a"));
#else
    auto query = select(json_extract<int>(col<&Job::note>, "$.a"));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
