// expect: tenantry: a query has the name of a table of the schema
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Job::id>).join(json_each<"tag", int>(col<&Job::note>));
#else
    auto query = select(col<&Job::id>).join(json_each<"n", int>(col<&Job::note>));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
