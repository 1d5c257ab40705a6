// expect: tenantry: with\(\) is there already
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>()
                     .with(cte<"a">(select<User>()))
                     .with(cte<"b">(select<Job>()))
                     .set(col<&Job::cost> = 1)
                     .all_rows();
#else
    auto query = update<Job>()
                     .with(cte<"a">(select<User>()), cte<"b">(select<Job>()))
                     .set(col<&Job::cost> = 1)
                     .all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
