// expect: tenantry: in\(\) of several columns takes a query of as many columns
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
    const std::tuple pair(col<&Job::module>, col<&Job::cost>);
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(in(pair, select(col<&User::name>)));
#else
    auto query = select<Job>().where(in(pair, select(col<&User::name>, col<&User::level>)));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
