// expect: tenantry: a column that is NOT NULL is filled from a query that may give NULL
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert<Setting>()
                     .columns(col<&Setting::key>, col<&Setting::value>)
                     .from(select(col<&Contact::name>, col<&Contact::note>));
#else
    auto query = insert<Setting>()
                     .columns(col<&Setting::key>, col<&Setting::value>)
                     .from(select(col<&Contact::name>, col<&Contact::mail>));
#endif
    static_cast<void>(execute<Book>(connection, query));
}
