// expect: tenantry: an optional value is compared with =
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&Job::note> == std::optional<std::string>());
#else
    auto query = select<Job>().where(is(col<&Job::note>, std::optional<std::string>()));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
