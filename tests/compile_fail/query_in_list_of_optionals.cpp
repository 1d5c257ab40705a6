// expect: tenantry: an optional value is compared
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(in(col<&Job::cost>, std::vector<std::optional<int>>()));
#else
    auto query = select<Job>().where(in(col<&Job::cost>, std::vector<int>()));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
