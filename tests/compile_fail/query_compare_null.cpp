// expect: tenantry: nothing is equal to NULL in SQL: say is_null
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&Job::note> == std::nullopt);
#else
    auto query = select<Job>().where(is_null(col<&Job::note>));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
