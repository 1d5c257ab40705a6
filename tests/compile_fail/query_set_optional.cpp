// expect: tenantry: an optional value is assigned to a column that is NOT NULL
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = update<Job>().set(col<&Job::module> = std::optional<std::string>()).all_rows();
#else
    auto query = update<Job>().set(col<&Job::note> = std::optional<std::string>()).all_rows();
#endif
    static_cast<void>(execute<Work>(connection, query));
}
