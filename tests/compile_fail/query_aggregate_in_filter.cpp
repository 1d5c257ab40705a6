// expect: tenantry: filter\(\) chooses rows before they are grouped
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(count().filter(count() > 1));
#else
    auto query = select(count().filter(col<&Job::cost> > 1));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
