// expect: tenantry: having\(\) chooses groups
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Job::module>).having(col<&Job::module> == "a");
#else
    auto query = select(count()).from(table<Job>).having(count() > 1);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
