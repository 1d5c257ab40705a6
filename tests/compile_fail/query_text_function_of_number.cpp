// expect: tenantry: a function of texts is given something else
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(upper(col<&Job::cost>));
#else
    auto query = select(upper(col<&Job::module>));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
