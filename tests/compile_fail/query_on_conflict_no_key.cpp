// expect: tenantry: on_conflict\(\) names columns that are no unique key
#include <query/write_schema.hpp>

using namespace query_tests;

void run(sqlite::Connection& connection)
{
#ifdef TENANTRY_BROKEN
    auto query = insert(Contact{}).on_conflict(col<&Contact::visits>).do_nothing();
#else
    auto query = insert(Contact{}).on_conflict(col<&Contact::mail>).do_nothing();
#endif
    static_cast<void>(execute<Book>(connection, query));
}
