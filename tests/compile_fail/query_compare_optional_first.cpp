// expect: tenantry: an optional value is compared with =
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(std::optional<std::string>() == col<&Job::note>);
#else
    auto query = select<Job>().where("x" == col<&Job::note>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
