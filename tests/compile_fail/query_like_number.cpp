// expect: tenantry: like\(\) and glob\(\) match text
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(like(col<&Job::cost>, "a%"));
#else
    auto query = select<Job>().where(like(col<&Job::module>, "a%"));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
