// expect: tenantry: first\(\) and one\(\) are not for a statement of several rows
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = one(update(std::vector<Job>()).returning());
#else
    auto query = update(std::vector<Job>()).returning();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
