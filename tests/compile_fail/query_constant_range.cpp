// expect: tenantry: an integer constant is one that SQLite can store
#include <query/schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = select<Job>().where(col<&Job::cost> < constant<9223372036854775808u>);
#else
    auto query = select<Job>().where(col<&Job::cost> < constant<9223372036854775807u>);
#endif
    static_cast<void>(execute<Work>(connection, query));
}
