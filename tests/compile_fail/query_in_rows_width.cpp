// expect: tenantry: in\(\) of several columns takes tuples of as many values
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    const std::vector<std::tuple<std::string, int, int>> wanted;
#else
    const std::vector<std::tuple<std::string, int>> wanted;
#endif
    auto query = select<Job>().where(in(std::tuple(col<&Job::module>, col<&Job::cost>), wanted));
    static_cast<void>(execute<Work>(connection, query));
}
