// expect: tenantry: a column of a table that the statement does not read
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select(col<&Job::id>).join(json_each<"n", int>(col<&User::name>));
#else
    auto query = select(col<&Job::id>).join(json_each<"n", int>(col<&Job::note>));
#endif
    static_cast<void>(execute<Work>(connection, query));
}
