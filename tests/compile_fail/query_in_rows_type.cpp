// expect: tenantry: a column is compared with a value of another type
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query =
        select<Job>().where(in(std::tuple(col<&Job::module>, col<&Job::cost>), std::pair("mail", "1")));
#else
    auto query =
        select<Job>().where(in(std::tuple(col<&Job::module>, col<&Job::cost>), std::pair("mail", 1)));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
