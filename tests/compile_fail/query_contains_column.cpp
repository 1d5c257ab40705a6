// expect: tenantry: contains\(\), starts_with\(\) and ends_with\(\) look for a text that the program has
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(contains(col<&Job::module>, col<&Job::note>));
#else
    auto query = select<Job>().where(contains(col<&Job::module>, "note"));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
